"""A backup's folder is its owner's alone, is whole or none, and opens with its master key only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from callout.database import OtherMasterKey
from callout.restoring import MasterKeyMissing
from store.backup.dump import FolderIsTaken, NothingToBackUp
from store.backup.manifest import FILE, BackupNotUsable, read
from tests.support.backups import Site, picture_of, registered
from tests.support.servers import ask


def test_files_are_their_owners_alone_and_never_written_over(site: Site, tmp_path: Path) -> None:
    """Issue 8, 17 and 27."""
    with site.house() as house:
        registered(house)
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
    with site.house() as house:
        registered(house)
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
    with site.house() as house:
        registered(house)
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


def test_a_photo_that_is_removed_meanwhile_stops_no_backup(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    """As when its customer is erased while the files are copied."""
    with site.house() as house:
        customer = registered(house)
    for file in (site.home / "blobs").rglob("*"):
        if file.is_file():
            file.unlink()
    assert site.back_up(tmp_path / "backup").blobs == []
    elsewhere.restore(tmp_path / "backup")
    with elsewhere.house() as house:
        assert picture_of(house, customer) is None
