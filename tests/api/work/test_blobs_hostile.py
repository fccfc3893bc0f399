"""Uploads of hostile and broken clients are refused and do not affect others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

import pytest

from domain.access.device_limits import BLOB_PIECE, MOST_BLOB_BYTES
from tests.api.conftest import ApiClient
from tests.support.device_status import set_status
from tests.support.photos import Technician, code, named, photo, seen


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


def test_what_a_technician_named_is_not_taken_from_another(api: ApiClient, anna: Technician) -> None:
    picture, mallory = photo(1000), Technician(api)
    anna.takes(picture)

    assert code(mallory.put(named(picture), 0, picture)) == (404, "blob-not-named")
    assert mallory.head(named(picture)).status_code == 404


def test_nobody_spoils_what_another_technician_is_sending(api: ApiClient, anna: Technician) -> None:
    picture, mallory = photo(1000), Technician(api)
    order = anna.takes(picture)
    mallory.takes(picture, order)
    anna.sends(picture, until=500)

    mallory.put(named(picture), 0, photo(900, seed=3))

    assert anna.progress(picture) == (500, 1000)
    anna.sends(picture)
    assert seen(api, picture).data == picture
    assert mallory.progress(picture) == (1000, 1000)


def test_a_suspended_device_sends_what_was_recorded_and_a_revoked_one_nothing(api: ApiClient, anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    set_status(api.services.log.pool, anna.device, "suspended")

    anna.sends(picture, until=500)
    set_status(api.services.log.pool, anna.device, "revoked")

    assert code(anna.put(named(picture), 500, picture[500:])) == (403, "device-revoked")


def test_an_offset_that_is_no_number_is_malformed(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)

    for offset in ("", "-1", "+1", "1.0", "0x10", "1e3", " ", "٣", "9" * 13, "0, 5"):
        assert code(anna.put(named(picture), offset, picture)) == (400, "malformed-envelope"), offset
    assert anna.progress(picture) == (0, 1000)


def test_bytes_from_somewhere_else_are_not_taken(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)

    for offset in (1, 999, 1000, 1001, 10**11):
        response = anna.put(named(picture), offset, b"x")
        assert code(response) == (409, "upload-offset-mismatch")
        assert response.json is not None
        assert response.json["offset"] == 0


def test_a_chunk_over_256_kib_is_too_large(anna: Technician) -> None:
    picture = photo(BLOB_PIECE + 1)
    anna.takes(picture)

    assert code(anna.put(named(picture), 0, picture)) == (413, "too-large")
    assert anna.progress(picture)[0] == 0


def test_a_blob_over_25_mib_is_too_large(anna: Technician) -> None:
    picture = photo(10)
    anna.takes(picture, size=MOST_BLOB_BYTES + 1)

    assert code(anna.put(named(picture), 0, picture)) == (413, "blob-too-large")


def test_a_body_of_no_length_or_in_another_encoding_is_not_taken(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    headers = {"Authorization": f"Bearer {anna.token}", "Upload-Offset": "0", "Transfer-Encoding": "chunked"}
    client = anna.api.client

    endless = client.put(f"/sync/v1/blobs/{named(picture)}", headers=headers, environ_overrides={"CONTENT_LENGTH": ""})

    assert code(endless) == (411, "length-required")
    assert code(anna.put(named(picture), 0, picture, Content_Encoding="gzip")) == (415, "encoding-unsupported")


def test_a_body_that_ends_too_early_is_not_taken(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)
    headers = {"Authorization": f"Bearer {anna.token}", "Upload-Offset": "0"}

    response = anna.api.client.put(
        f"/sync/v1/blobs/{named(picture)}",
        data=picture[:500],
        headers=headers,
        environ_overrides={"CONTENT_LENGTH": "1000"},
    )

    assert response.status_code == 400
    assert anna.progress(picture) == (0, 1000)


def test_a_name_that_is_no_hash_names_nothing(anna: Technician) -> None:
    picture = photo(1000)
    anna.takes(picture)

    for name in (
        *(named(picture)[:-1], named(picture) + "0", named(picture).upper(), "g" * 64, "٣" * 64),
        *("..", "%2e%2e%2fmaster.key", f"%2e%2e%2f{named(picture)}", "%00", "x" * 5000, "*"),
    ):
        assert anna.head(name).status_code == 404, name
        assert anna.put(name, 0, b"x").status_code == 404, name


def test_what_is_stored_on_the_way_and_in_the_end_can_be_read_by_nobody(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    picture = b"Kastanienbaum " * 40_000
    anna.takes(picture)
    anna.sends(picture, until=BLOB_PIECE)
    [(sealed,)] = api.services.log.pool.fetch_all("SELECT sealed FROM blobs.chunks")

    anna.sends(picture)

    [file] = [path for path in folder.rglob("*") if path.is_file()]
    assert b"Kasta" not in bytes(sealed)
    assert b"Kasta" not in file.read_bytes()
    assert named(picture) not in str(file)


def test_so_much_of_one_technician_is_unfinished_and_what_is_begun_goes_on(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 6: photos begun and never completed have a bound; nothing is lost, and nobody else notices."""
    boris, pictures = Technician(api), [photo(1000, seed=seed) for seed in range(4)]
    for picture in pictures:
        anna.takes(picture)
    boris.takes(pictures[0])
    with patch("store.blobs.uploads.MOST_UPLOADS", 2):
        for picture in pictures[:2]:
            anna.sends(picture, until=500)

        refused = anna.put(named(pictures[2]), 0, pictures[2])

        assert code(refused) == (429, "too-many-uploads")
        assert int(refused.headers["Retry-After"]) >= 1
        assert anna.progress(pictures[2]) == (0, 1000)
        boris.sends(pictures[0])
        anna.sends(pictures[0])
        anna.sends(pictures[2])
        anna.sends(pictures[1])
        anna.sends(pictures[3])
    for picture in pictures:
        assert anna.progress(picture) == (1000, 1000)


def test_the_bytes_of_what_is_unfinished_count_as_if_it_were_complete(anna: Technician) -> None:
    """Issue 8, 6: a few large ones are as much as many small ones."""
    pictures = [photo(1000, seed=seed) for seed in range(2)]
    for picture in pictures:
        anna.takes(picture)
    with patch("store.blobs.uploads.MOST_UPLOAD_BYTES", 1999):
        anna.sends(pictures[0], until=1)
        assert code(anna.put(named(pictures[1]), 0, b"x")) == (429, "too-many-uploads")


def test_many_that_are_begun_at_once_are_counted_right(api: ApiClient, anna: Technician) -> None:
    """Issue 8, 6: as many at once as there are connections."""
    pictures = [photo(1000, seed=seed) for seed in range(12)]
    for picture in pictures:
        anna.takes(picture)
    api.catch_up()
    with patch("store.blobs.uploads.MOST_UPLOADS", 3), ThreadPoolExecutor(4) as crowd:
        replies = list(crowd.map(lambda picture: anna.put(named(picture), 0, picture[:1]), pictures))
    assert sorted(reply.status_code for reply in replies) == [200] * 3 + [429] * 9
