"""Issue 8, 1: the right bytes are accepted once an operation names their hash, whatever sizes others give."""

from __future__ import annotations

import random
from itertools import permutations
from pathlib import Path
from secrets import randbits
from unittest.mock import patch

import pytest

from domain.access.device_limits import BLOB_PIECE, MOST_BLOB_BYTES
from sync.blobs import MOST_SIZES
from tests.api.conftest import ApiClient
from tests.support.photos import Stored, Technician, code, named, photo, seen, stored

SIZE = BLOB_PIECE + 1000
WRONG = (0, 1, BLOB_PIECE, SIZE - 1, SIZE + 1, 2 * BLOB_PIECE, MOST_BLOB_BYTES)


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


def send(
    phone: Technician, picture: bytes, *, claimed_size: int | None, until: int | None = None, chunk: int = BLOB_PIECE
) -> int:
    """Go on from where the server is, as a client does that says how many bytes there are, or not; the last offset."""
    phone.api.catch_up()
    headers = {} if claimed_size is None else {"Upload-Length": str(claimed_size)}
    offset = int(phone.asks_length(named(picture), headers).headers["Upload-Offset"])
    while offset < (len(picture) if until is None else until):
        end = min(offset + chunk, len(picture) if until is None else until)
        response = phone.put(named(picture), offset, picture[offset:end], **headers)
        assert response.status_code == 200, response.text
        offset = int(response.headers["Upload-Offset"])
    return offset


@pytest.mark.parametrize("claimed_size", [SIZE, None])
def test_wrong_sizes_in_any_order_beside_the_right_one_keep_nothing_out(
    api: ApiClient, anna: Technician, claimed_size: int | None
) -> None:
    """Issue 8, 1: permutations of one right and several wrong namings, with half an upload in between."""
    seed = randbits(32)
    print("seed", seed)  # noqa: T201 - a failure is repeated with it
    dice = random.Random(seed)
    orders = list(permutations([SIZE, *dice.sample(WRONG, 2)]))
    for number, sizes in enumerate(dice.sample(orders, 4)):
        picture = photo(SIZE, seed=seed + number)
        order = anna.takes(picture, size=sizes[0])
        for size in sizes[1:]:
            if (claimed_size or sizes[0]) > 700:
                send(anna, picture, claimed_size=claimed_size, until=dice.randint(1, 600))
            order = anna.takes(picture, order, size=size)
        assert send(anna, picture, claimed_size=claimed_size, chunk=dice.choice((BLOB_PIECE, 100_001))) == SIZE, sizes
        assert anna.progress(picture) == (SIZE, SIZE)
        assert seen(api, picture).data == picture


@pytest.mark.parametrize("size", WRONG)
def test_a_wrong_naming_alone_is_enough_for_a_client_that_says_how_many_there_are(
    api: ApiClient, anna: Technician, size: int, tmp_path: Path
) -> None:
    """Issue 8, 1: the upload's own size counts, checked by the hash."""
    picture = photo(SIZE)
    anna.takes(picture, size=size)

    assert send(anna, picture, claimed_size=SIZE) == SIZE

    assert anna.progress(picture) == (SIZE, SIZE)
    assert seen(api, picture).data == picture
    assert stored(api, tmp_path / "blobs") == Stored(uploads=0, chunks=0, kept=1, files=1)


def test_a_photo_named_twice_for_two_customers_is_kept_for_both(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 1: another phone of the technician names it for other work with another size."""
    picture = photo(SIZE)
    anna.takes(picture)
    send(anna, picture, claimed_size=None, until=BLOB_PIECE)
    anna.takes(picture, size=BLOB_PIECE)

    assert send(anna, picture, claimed_size=None) == SIZE
    assert anna.progress(picture) == (SIZE, SIZE)
    [(many,)] = api.services.log.pool.fetch_all("SELECT count(*) FROM blobs.kept WHERE kept_at IS NOT NULL")
    assert many == 2


def test_another_technicians_naming_says_nothing_about_this_ones_upload(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 1: nor about what the office sees of it when the database has forgotten that it was kept."""
    picture, mallory = photo(SIZE), Technician(api)
    order = anna.takes(picture)
    mallory.takes(picture, order, size=5, media_type="text/html")
    assert send(anna, picture, claimed_size=None) == SIZE
    api.services.log.pool.execute("DELETE FROM blobs.kept")

    response = seen(api, picture)

    assert (response.data, response.headers["Content-Type"]) == (picture, "image/jpeg")


def test_an_upload_that_said_too_much_begins_anew_for_who_says_less(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 1: bytes beyond the end, sent by another phone of the technician, are thrown away."""
    picture = photo(SIZE)
    anna.takes(picture, size=MOST_BLOB_BYTES)
    junk = photo(BLOB_PIECE, seed=9)
    for offset in (0, BLOB_PIECE):
        assert anna.put(named(picture), offset, junk).status_code == 200

    assert send(anna, picture, claimed_size=SIZE) == SIZE
    assert seen(api, picture).data == picture


def test_wrong_bytes_of_the_length_that_was_said_are_thrown_away(anna: Technician) -> None:
    """Issue 8, 1: as many bytes as were said, and more."""
    picture = photo(1000)
    anna.takes(picture)
    assert code(anna.put(named(picture), 0, photo(900, seed=5), Upload_Length="900")) == (422, "blob-mismatch")
    assert code(anna.put(named(picture), 0, picture, Upload_Length="999")) == (422, "blob-mismatch")
    assert anna.progress(picture) == (0, 1000)
    assert code(anna.put(named(picture), 0, b"x", Upload_Length=str(MOST_BLOB_BYTES + 1))) == (413, "blob-too-large")
    for length in ("", "-1", "1.0", "٣", "9" * 13, "0, 5"):
        assert code(anna.put(named(picture), 0, picture, Upload_Length=length)) == (400, "malformed-envelope"), length
    assert anna.put(named(picture), 0, picture, Upload_Length="1000").status_code == 200


def test_what_was_checked_and_is_not_the_whole_is_not_read_again(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 1: asking again and again costs nothing, and only the newest sizes are tried."""
    picture = photo(1000)
    order = anna.takes(picture)
    for size in (400, 500, *range(2000, 2000 + MOST_SIZES - 2)):
        order = anna.takes(picture, order, size=size)
    anna.sends(picture, until=500)
    with patch.object(type(api.services.vault), "keep", side_effect=AssertionError):
        for _ in range(3):
            assert anna.progress(picture)[0] == 500
    assert send(anna, picture, claimed_size=1000) == 1000


def test_what_grows_beyond_the_size_that_it_began_with_counts_as_what_it_is(anna: Technician) -> None:
    """Issue 8, 1 and 6: naming few bytes and sending many goes around no bound."""
    picture = photo(1000)
    order = anna.takes(picture, size=10)
    anna.sends(picture, until=5)
    anna.takes(picture, order)
    with patch("store.blobs.uploads.MOST_UPLOAD_BYTES", 500):
        assert code(anna.put(named(picture), 5, picture[5:900])) == (429, "too-many-uploads")
        assert anna.put(named(picture), 5, picture[5:400]).status_code == 200
