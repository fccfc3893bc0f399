"""Unfinished uploads are deleted in time; complete photos never are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.conftest import ApiClient
from tests.support.photos import Stored, Technician, age, clean, named, photo, seen, stored

NOTHING = Stored(uploads=0, chunks=0, kept=0, files=0)


@pytest.fixture
def anna(api: ApiClient) -> Technician:
    return Technician(api)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the blobs of this test are kept."""
    return tmp_path / "blobs"


def test_what_nobody_goes_on_with_for_thirty_days_is_forgotten(api: ApiClient, anna: Technician, folder: Path) -> None:
    picture = photo(1000)
    anna.takes(picture)
    anna.sends(picture, until=500)

    age(api, hours=29 * 24)
    clean(api, folder)
    kept = anna.progress(picture)
    age(api, hours=2 * 24)
    clean(api, folder)

    assert kept == (500, 1000)
    assert anna.progress(picture) == (0, 1000)
    assert stored(api, folder) == NOTHING


def test_a_file_whose_writer_died_is_removed_after_a_day_and_a_kept_one_never(
    api: ApiClient, anna: Technician, folder: Path
) -> None:
    picture, other = photo(1000), photo(1000, seed=2)
    for each in (picture, other):
        anna.takes(each)
        anna.sends(each)
    pool = api.services.log.pool
    pool.execute("UPDATE blobs.kept SET kept_at = NULL WHERE sha256 = %s", (named(other),))

    clean(api, folder)
    at_once = stored(api, folder).files
    age(api, hours=25)
    clean(api, folder)

    assert at_once == 2
    assert stored(api, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)
    assert seen(api, picture).data == picture


def test_pieces_of_what_is_kept_already_do_not_stay(api: ApiClient, anna: Technician, folder: Path) -> None:
    picture, ben = photo(1000), Technician(api)
    order = anna.takes(picture)
    ben.takes(picture, order)
    ben.sends(picture, until=500)
    anna.sends(picture)

    age(api, hours=2)
    clean(api, folder)

    assert stored(api, folder) == Stored(uploads=0, chunks=0, kept=1, files=1)
