"""Uploads of photos: in chunks, resumed after any break, and kept only if their hash is the named one."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import create_app
from domain.access.device_limits import BLOB_PIECE
from domain.work.work_order import WorkOrder
from tests.api.conftest import ApiClient
from tests.support.photos import Stored, Technician, code, named, photo, seen, stored


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


@pytest.mark.parametrize("chunk", [BLOB_PIECE, 100_001, 65_536])
def test_a_photo_that_comes_in_pieces_of_any_length_is_kept_as_it_was(
    api: ApiClient, anna: Technician, folder: Path, chunk: int
) -> None:
    picture = photo()
    anna.takes(picture)

    anna.sends(picture, chunk=chunk)

    assert seen(api, picture).data == picture
    assert anna.progress(picture) == (len(picture), len(picture))
    assert stored(api, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)


def test_after_any_break_the_next_bytes_are_asked_for_even_by_another_server(api: ApiClient, anna: Technician) -> None:
    picture = photo(BLOB_PIECE + 10_000)
    anna.takes(picture)
    assert anna.progress(picture) == (0, len(picture))

    anna.sends(picture, until=300)
    after_the_first_bytes = anna.progress(picture)
    api.client = create_app(api.services).test_client()
    anna.sends(picture, until=BLOB_PIECE + 7, chunk=200_000)

    assert after_the_first_bytes == (300, len(picture))
    assert anna.progress(picture) == (BLOB_PIECE + 7, len(picture))
    anna.sends(picture)
    assert seen(api, picture).data == picture


def test_a_chunk_whose_reply_was_lost_is_not_taken_twice(api: ApiClient, anna: Technician) -> None:
    picture = photo(BLOB_PIECE + 500)
    anna.takes(picture)
    first, last = picture[:BLOB_PIECE], picture[BLOB_PIECE:]

    anna.put(named(picture), 0, first)
    again = anna.put(named(picture), 0, first)
    anna.put(named(picture), BLOB_PIECE, last)
    last_again = anna.put(named(picture), BLOB_PIECE, last)

    assert code(again) == (409, "upload-offset-mismatch")
    assert again.json is not None
    assert again.json["offset"] == BLOB_PIECE
    assert (last_again.status_code, last_again.headers["Upload-Offset"]) == (200, str(len(picture)))
    assert seen(api, picture).data == picture


def test_bytes_with_another_hash_are_thrown_away_and_begin_again(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    picture, other = photo(1000), photo(1000, seed=2)
    anna.takes(picture)

    response = anna.put(named(picture), 0, other)

    assert code(response) == (422, "blob-mismatch")
    assert anna.progress(picture) == (0, 1000)
    assert stored(api, folder).files == 0
    anna.sends(picture)
    assert seen(api, picture).data == picture


def test_more_bytes_than_were_named_are_thrown_away(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture, until=900)

    assert code(anna.put(named(picture), 900, b"x" * 101)) == (422, "blob-mismatch")
    assert anna.progress(picture) == (0, 1000)


def test_a_size_that_was_named_wrong_can_be_named_again(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 1: what has come by then is not sent again."""
    picture = photo(1000)
    order = anna.takes(picture, size=1001)
    anna.sends(picture)
    assert anna.progress(picture) == (1000, 1001)

    anna.takes(picture, order)

    assert anna.progress(picture) == (1000, 1000)
    assert seen(api, picture).data == picture


def test_bytes_that_nobody_named_are_not_taken_until_they_are(anna: Technician) -> None:
    picture = photo(1000)

    assert anna.head(named(picture)).status_code == 404
    assert code(anna.put(named(picture), 0, picture)) == (404, "blob-not-named")

    anna.takes(picture)
    assert anna.put(named(picture), 0, picture).status_code == 200


def test_each_customer_of_whom_the_same_picture_was_named_has_a_copy_of_their_own(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    blank = photo(100)
    for _ in range(3):
        anna.takes(blank)
    anna.sends(blank)
    assert stored(api, folder).files == 3

    anna.takes(blank)

    assert anna.progress(blank) == (0, 100)
    anna.sends(blank)
    assert stored(api, folder).files == 4


def test_a_picture_of_no_bytes_is_a_picture(api: ApiClient, anna: Technician) -> None:
    anna.takes(b"")

    assert anna.progress(b"") == (0, 0)

    assert seen(api, b"").status_code == 200


def test_a_photo_of_an_order_that_was_closed_long_ago_is_still_taken(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    known = api.services.log.work().get(WorkOrder, order.id)
    known.cancel("no longer needed")
    api.commit(known)

    anna.sends(picture)

    assert seen(api, picture).data == picture
