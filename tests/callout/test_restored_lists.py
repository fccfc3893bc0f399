"""The list of erased people is whole, whoever erased them and however the database came back; root leaves it usable."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from store.blobs.folder import FolderPlace
from store.erased import ErasedList
from store.long_jobs import ask_for
from tests.support.backups import Site, erase, name_of, registered
from tests.support.erasing import held, opens
from tests.support.servers import ask

SERVICE = 12345
"""The id of a user and group that nobody has."""


def test_whoever_was_on_anothers_list_is_on_ones_own(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: who had no key in the restored backup was not noted; an older backup would have woken their key."""
    with site.application() as application:
        gone = registered(application)
        held_operation = held(application.services.log, gone)
    site.back_up(tmp_path / "older")
    with site.application() as application:
        erase(application, gone)
        assert not opens(application.services.log, held_operation)
    site.back_up(tmp_path / "newer")

    elsewhere.restore(tmp_path / "newer", site.home / "erasures")
    assert {gone, held_operation} <= ErasedList(elsewhere.home / "erasures").ids()
    elsewhere.restore(tmp_path / "older", replace=True)

    with elsewhere.application() as application:
        assert name_of(application, gone) is None
        assert not opens(application.services.log, held_operation)


def test_a_list_without_keys_to_destroy_is_kept_all_the_same(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: also those of whom this backup knows nothing."""
    with site.application() as application:
        registered(application)
    site.back_up(tmp_path / "backup")
    other = ErasedList(tmp_path / "other")
    other.add([uuid4() for _ in range(3)])
    elsewhere.restore(tmp_path / "backup", other.path)
    assert other.ids() <= ErasedList(elsewhere.home / "erasures").ids()


def test_everybody_who_was_erased_before_there_was_a_list_is_noted_at_the_next_start(site: Site) -> None:
    """Issue 8, 17: nothing filled the list from what the database knows."""
    with site.application() as application:
        gone = registered(application)
        erase(application, gone)
    (site.home / "erasures").unlink()
    with site.application():
        assert ErasedList(site.home / "erasures").ids() == {gone}


@pytest.mark.parametrize("backup", ["of this program", "of one before it"])
def test_jobs_and_signs_of_life_do_not_come_back(
    site: Site, elsewhere: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backup: str
) -> None:
    """Issue 8, 17: jobs that were waiting or running were done again, and workers of another machine seemed to live."""
    with site.application() as application:
        registered(application)
        application.services.projecting.pool.execute("INSERT INTO log.heartbeats (worker, part) VALUES ('w', 'views')")
        ask_for(application.services.log.pool, "verify", "customers", None)
    if backup == "of one before it":
        monkeypatch.setattr("store.backup.content.LEFT_OUT", frozenset({"log.checkpoints", "log.job_slots"}))
    names = {f"{table.schema}.{table.name}" for table in site.back_up(tmp_path / "backup").tables}
    assert bool(names & {"log.jobs", "log.heartbeats"}) == (backup == "of one before it")
    elsewhere.restore(tmp_path / "backup")
    many = "SELECT (SELECT count(*) FROM log.jobs), (SELECT count(*) FROM log.heartbeats)"
    assert (ask(site.dsn, many), ask(elsewhere.dsn, many)) == ([(1, 1)], [(0, 0)])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_belongs_to_whom_the_folder_does(tmp_path: Path) -> None:
    """Issue 8, 17: after `sudo callout restore --erasures` the service could read neither its list nor its photos."""
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, SERVICE, SERVICE)
    ErasedList(home / "erasures").add([UUID(int=1)])
    with FolderPlace(home / "blobs").writing("ab" * 32) as file:
        file.write(b"x")
    owners = {path.relative_to(home): (path.stat().st_uid, path.stat().st_gid) for path in home.rglob("*")}
    assert len(owners) == 5
    assert set(owners.values()) == {(SERVICE, SERVICE)}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_root_gives_nobody_a_file_that_was_there(tmp_path: Path) -> None:
    """A link in the place of the list would make the service the owner of whatever it leads to."""
    home, others = tmp_path / "home", tmp_path / "others"
    home.mkdir()
    os.chown(home, SERVICE, SERVICE)
    others.write_text("")
    (home / "erasures").symlink_to(others)
    ErasedList(home / "erasures").add([UUID(int=1)])
    assert others.stat().st_uid == 0
