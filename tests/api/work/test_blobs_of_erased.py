"""Photos of erased customers: their bytes are destroyed, complete or not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from domain.work.work_order import WorkOrder
from store.blobs.folder import FolderPlace
from tests.api.conftest import ApiClient
from tests.support.photos import Stored, Technician, age, clean, code, named, photo, registered, seen, stored

NOTHING = Stored(uploads=0, chunks=0, kept=0, files=0)


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


def erase(api: ApiClient, order: WorkOrder) -> None:
    document = api.post(f"/api/v1/customers/{order.customer}/erase")
    assert document.status_code == 200, document.text


def test_after_an_erasure_no_file_no_piece_and_no_byte_that_can_be_read_is_left(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    whole, begun = photo(1000), photo(2000, seed=2)
    order = anna.takes(whole)
    anna.takes(begun, order)
    anna.sends(whole)
    anna.sends(begun, until=1500)
    assert stored(api, folder) == Stored(uploads=1, chunks=1, kept=1, files=1)

    erase(api, order)
    read_at_once = seen(api, whole)
    clean(api, folder)

    assert code(read_at_once) == (404, "blob-not-here")
    assert stored(api, folder) == NOTHING


def test_a_copy_in_a_backup_cannot_be_read_after_the_erasure(api: ApiClient, anna: Technician, folder: Path) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture)
    pool = api.services.log.pool
    rows = pool.fetch_all("SELECT sha256, person, size, kept_at FROM blobs.kept")
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    erase(api, order)
    clean(api, folder)
    for path, sealed in files.items():
        path.write_bytes(sealed)
    pool.execute("INSERT INTO blobs.kept (sha256, person, size, kept_at) VALUES (%s, %s, %s, %s)", rows[0])

    assert code(seen(api, picture)) == (404, "blob-not-here")


def test_a_device_may_throw_away_what_it_still_has_of_somebody_erased(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture, until=500)

    erase(api, order)

    assert anna.progress(picture) == (1000, 1000)
    document = anna.put(named(picture), 500, picture[500:])
    assert (document.status_code, document.headers["Upload-Offset"]) == (200, "1000")
    clean(api, folder)
    assert stored(api, folder) == NOTHING


def test_others_keep_the_same_picture(api: ApiClient, anna: Technician, folder: Path) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.takes(picture, anna.order(registered(api)))
    anna.sends(picture)

    erase(api, order)
    clean(api, folder)

    assert seen(api, picture).data == picture
    assert stored(api, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)


def test_an_upload_under_the_key_of_somebody_erased_begins_again_for_the_others(
    api: ApiClient, anna: Technician
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture, until=500)
    anna.takes(picture)

    erase(api, order)

    assert anna.progress(picture)[1] == 1000
    anna.sends(picture)
    assert seen(api, picture).data == picture


@pytest.mark.parametrize("hours", [0, 2])
def test_a_file_that_was_being_written_when_its_customer_was_erased_goes_too(
    api: ApiClient, anna: Technician, folder: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    writing = FolderPlace.writing

    @contextmanager
    def erased_meanwhile(self: FolderPlace, name: str) -> Iterator[BinaryIO]:
        with writing(self, name) as file:
            yield file
            erase(api, order)
            age(api, hours)
            clean(api, folder)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(FolderPlace, "writing", erased_meanwhile)
        document = anna.put(named(picture), 0, picture)
    clean(api, folder)

    assert document.status_code == 200
    assert stored(api, folder) == NOTHING


def test_a_file_that_cannot_be_removed_now_is_removed_later(
    api: ApiClient, anna: Technician, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture)
    erase(api, order)

    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "unlink", _denied)
        clean(api, folder)
    left = stored(api, folder)
    clean(api, folder)

    assert (left.kept, left.files) == (1, 1)
    assert stored(api, folder) == NOTHING


def _denied(*_: object, **__: object) -> None:
    raise PermissionError
