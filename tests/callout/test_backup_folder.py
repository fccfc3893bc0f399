"""A backup's folder is its owner's alone, is whole or none, and opens with its master key only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from callout.assembly import Application
from callout.blob_place import place_of
from callout.cli import main
from callout.database import OtherMasterKey
from callout.restoring import MasterKeyMissing
from callout.settings import Settings
from store.backup.dump import NothingToBackUp, dump
from store.backup.folder import FolderIsTaken, FolderNotUsable
from store.backup.manifest import FILE, BackupNotUsable, read
from store.blobs.vault import name_of
from tests.support.backups import BLOB, Site, erase, picture_of, registered
from tests.support.servers import ask


def test_files_are_their_owners_alone_and_never_written_over(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17 and 27."""
    with site.application() as application:
        registered(application)
    backup = tmp_path / "backup"
    site.back_up(backup)
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (backup, *backup.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}
    with pytest.raises(FolderIsTaken):
        site.back_up(backup)
    for taken in (tmp_path / "empty",):
        taken.mkdir()
        with pytest.raises(FolderIsTaken):
            site.back_up(taken)


def test_a_backup_that_is_not_whole_changes_nothing(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: everything is compared with its checksum first."""
    with site.application() as application:
        registered(application)
    backup = tmp_path / "backup"
    site.back_up(backup)
    events, whole = backup / "log.events.copy.zst", (backup / "log.events.copy.zst").read_bytes()
    for content in (whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1]), b""):
        events.write_bytes(content)
        with pytest.raises(BackupNotUsable, match="checksum"):
            elsewhere.restore(backup)
    events.unlink()
    with pytest.raises(BackupNotUsable, match="missing"):
        elsewhere.restore(backup)
    (backup / FILE).rename(backup / f"{FILE}.new")
    with pytest.raises(BackupNotUsable, match="no whole backup"):
        elsewhere.restore(backup)
    assert ask(elsewhere.dsn, "SELECT to_regclass('log.events')") == [(None,)]


def test_without_its_master_key_a_backup_is_refused_and_no_other_is_made(
    site: Site, elsewhere: Site, tmp_path: Path
) -> None:
    """Issue 8, 17: a key that is made in its place would open nothing."""
    with site.application() as application:
        registered(application)
    site.back_up(tmp_path / "backup")
    elsewhere.master_key = None
    with pytest.raises(MasterKeyMissing):
        elsewhere.restore(tmp_path / "backup")
    assert not (elsewhere.home / "master.key").exists()
    elsewhere.master_key = b"another key, of 32 bytes too!!!!"
    with pytest.raises(OtherMasterKey):
        elsewhere.restore(tmp_path / "backup")
    assert ask(elsewhere.dsn, "SELECT to_regclass('log.events')") == [(None,)]


def test_an_empty_database_has_nothing_to_back_up(elsewhere: Site, tmp_path: Path) -> None:
    with pytest.raises(NothingToBackUp):
        elsewhere.back_up(tmp_path / "backup")
    with pytest.raises(BackupNotUsable):
        read(tmp_path / "backup")


def test_a_backup_that_fails_leaves_no_folder_in_the_way_of_the_next(
    site: Site, elsewhere: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 17: the folder was made before anything was looked at, and the next attempt found it taken."""
    backup = tmp_path / "backup"
    with pytest.raises(NothingToBackUp):
        elsewhere.back_up(backup)
    assert not backup.exists()
    with site.application() as application:
        registered(application)
    for step in ("sequences", "copied", "write"):
        with monkeypatch.context() as broken:
            broken.setattr(f"store.backup.dump.{step}", _fails)
            with pytest.raises(ConnectionError):
                site.back_up(backup)
        assert not backup.exists()
    with pytest.raises(FolderNotUsable):
        site.back_up(tmp_path / "nowhere" / "backup")
    assert len(site.back_up(backup).blobs or ()) == 1


def _fails(*_: object) -> None:
    raise ConnectionError


def test_photos_that_are_lost_at_their_place_are_named(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """Issue 8, 17: with CALLOUT_BLOBS missing, or its disk not mounted, a backup without photos reported success."""
    with site.application() as application:
        customer = registered(application)
    remove_files(site)
    manifest = site.back_up(tmp_path / "backup")
    assert manifest.blobs == []
    assert manifest.missing == [name_of(BLOB.sha256, customer)]
    assert read(tmp_path / "backup") == manifest
    elsewhere.restore(tmp_path / "backup")
    with elsewhere.application() as application:
        assert picture_of(application, customer) is None


def remove_files(site: Site) -> None:
    for file in (site.home / "blobs").rglob("*"):
        if file.is_file():
            file.unlink()


def test_a_backup_without_the_photos_that_should_be_there_is_no_success(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Issue 8, 17: the exit code is 1, and a sentence says what to do; both were as if all was well."""
    with Application(settings) as application:
        registered(application)
    assert main(["backup", str(tmp_path / "whole")]) == 0
    remove_files(Site(str(settings.database_url), settings.home))
    assert main(["backup", str(tmp_path / "backup")]) == 1
    assert "1 photos are not where they are kept" in capsys.readouterr().out
    assert main(["backup", "--json", str(tmp_path / "again")]) == 1
    assert '"missing":1' in capsys.readouterr().out.replace(" ", "")
    assert main(["backup", "--without-blobs", str(tmp_path / "without")]) == 0


@pytest.mark.parametrize("how", ["erased", "removed"])
def test_a_photo_that_is_removed_meanwhile_is_not_missing(site: Site, tmp_path: Path, how: str) -> None:
    """As when its customer is erased while the files are copied, before or behind the sweep of their files."""
    with site.application() as application:
        customer = registered(application)
        progressed: list[int] = []

        def meanwhile(done: int, _: int) -> None:
            progressed.append(done)
            if len(progressed) == 1:
                erase(application, customer)
                remove_files(site)
                if how == "removed":
                    application.services.log.pool.execute("DELETE FROM blobs.kept WHERE person = %s", (str(customer),))

        manifest = dump(site.dsn, tmp_path / "backup", place_of(site.settings), meanwhile)
        assert (manifest.blobs, manifest.missing) == ([], [])
