"""The rules of photos of customers who are erased: their bytes end with them, wherever they have got to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from domain.work.work_order import WorkOrder
from store.blobs.folder import FolderPlace
from tests.api.conftest import House
from tests.support.photos import Stored, Technician, age, clean, code, named, photo, registered, seen, stored

NOTHING = Stored(uploads=0, chunks=0, kept=0, files=0)


@pytest.fixture
def anna(house: House) -> Technician:
    return Technician(house)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


def erase(house: House, order: WorkOrder) -> None:
    document = house.post(f"/api/v1/customers/{order.customer}/erase")
    assert document.status_code == 200, document.text


def test_after_an_erasure_no_file_no_piece_and_no_byte_that_can_be_read_is_left(
    house: House, anna: Technician, folder: Path
) -> None:
    whole, begun = photo(1000), photo(2000, seed=2)
    order = anna.takes(whole)
    anna.takes(begun, order)
    anna.sends(whole)
    anna.sends(begun, until=1500)
    assert stored(house, folder) == Stored(uploads=1, chunks=1, kept=1, files=1)

    erase(house, order)
    read_at_once = seen(house, whole)
    clean(house, folder)

    assert code(read_at_once) == (404, "blob-not-here")
    assert stored(house, folder) == NOTHING


def test_a_copy_in_a_backup_cannot_be_read_after_the_erasure(house: House, anna: Technician, folder: Path) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture)
    pool = house.services.log.pool
    rows = pool.fetch_all("SELECT sha256, person, size, kept_at FROM blobs.kept")
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    erase(house, order)
    clean(house, folder)
    for path, sealed in files.items():
        path.write_bytes(sealed)
    pool.execute("INSERT INTO blobs.kept (sha256, person, size, kept_at) VALUES (%s, %s, %s, %s)", rows[0])

    assert code(seen(house, picture)) == (404, "blob-not-here")


def test_a_device_may_throw_away_what_it_still_has_of_somebody_erased(
    house: House, anna: Technician, folder: Path
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture, until=500)

    erase(house, order)

    assert anna.progress(picture) == (1000, 1000)
    document = anna.put(named(picture), 500, picture[500:])
    assert (document.status_code, document.headers["Upload-Offset"]) == (200, "1000")
    clean(house, folder)
    assert stored(house, folder) == NOTHING


def test_others_keep_the_same_picture(house: House, anna: Technician, folder: Path) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.takes(picture, anna.order(registered(house)))
    anna.sends(picture)

    erase(house, order)
    clean(house, folder)

    assert seen(house, picture).data == picture
    assert stored(house, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)


def test_an_upload_under_the_key_of_somebody_erased_begins_again_for_the_others(house: House, anna: Technician) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture, until=500)
    anna.takes(picture)

    erase(house, order)

    assert anna.progress(picture)[1] == 1000
    anna.sends(picture)
    assert seen(house, picture).data == picture


@pytest.mark.parametrize("hours", [0, 2])
def test_a_file_that_was_being_written_when_its_customer_was_erased_goes_too(
    house: House, anna: Technician, folder: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    writing = FolderPlace.writing

    @contextmanager
    def erased_meanwhile(self: FolderPlace, name: str) -> Iterator[BinaryIO]:
        with writing(self, name) as file:
            yield file
            erase(house, order)
            age(house, hours)
            clean(house, folder)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(FolderPlace, "writing", erased_meanwhile)
        document = anna.put(named(picture), 0, picture)
    clean(house, folder)

    assert document.status_code == 200
    assert stored(house, folder) == NOTHING


def test_a_file_that_cannot_be_removed_now_is_removed_later(
    house: House, anna: Technician, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo(1000)
    order = anna.takes(picture)
    anna.sends(picture)
    erase(house, order)

    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "unlink", _denied)
        clean(house, folder)
    left = stored(house, folder)
    clean(house, folder)

    assert (left.kept, left.files) == (1, 1)
    assert stored(house, folder) == NOTHING


def _denied(*_: object, **__: object) -> None:
    raise PermissionError
