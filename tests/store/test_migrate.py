"""Migrations: each file once, in order, whole or not at all; history that does not fit is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store import migrate as module
from store.errors import MigrationError
from store.migrate import migrate
from store.pool import ConnectionPool
from tests.support.databases import Cluster


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[ConnectionPool]:
    with cluster.database() as dsn:
        pool = ConnectionPool(dsn)
        yield pool
        pool.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_parts.sql").write_text("CREATE TABLE public.part (id integer);")
    (tmp_path / "0002_first_part.sql").write_text("INSERT INTO part VALUES (1); -- 100 % of them\n")
    (tmp_path / "README.md").write_text("Not a migration.")
    return tmp_path


def test_each_file_is_applied_once_in_order(empty: ConnectionPool, folder: Path) -> None:
    assert migrate(empty.dsn, folder) == ["0001_parts.sql", "0002_first_part.sql"]
    assert migrate(empty, folder) == []
    (folder / "0003_second_part.sql").write_text("INSERT INTO part VALUES (2)")
    assert migrate(empty, folder) == ["0003_second_part.sql"]
    assert empty.fetch_all("SELECT id FROM part ORDER BY id") == [(1,), (2,)]


def test_of_many_starters_one_applies(empty: ConnectionPool, folder: Path) -> None:
    with ThreadPoolExecutor(6) as starters:
        applied = list(starters.map(lambda _: migrate(empty.dsn, folder), range(6)))
    assert sorted(applied) == [[], [], [], [], [], ["0001_parts.sql", "0002_first_part.sql"]]


def test_a_starter_does_not_wait_for_ever(empty: ConnectionPool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT", 0.1)
    with empty.connection() as lent, lent.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (module.LOCK,))
        with pytest.raises(MigrationError, match=r"somebody else .* 0\.1 s"):
            migrate(empty.dsn, folder)
        cursor.execute("SELECT pg_advisory_unlock(%s)", (module.LOCK,))
    assert len(migrate(empty.dsn, folder)) == 2


def test_a_changed_file_is_refused(empty: ConnectionPool, folder: Path) -> None:
    migrate(empty, folder)
    (folder / "0001_parts.sql").write_text("CREATE TABLE public.part (id bigint);")
    with pytest.raises(MigrationError, match=r"0001_parts\.sql was changed"):
        migrate(empty, folder)


def test_a_missing_file_is_refused(empty: ConnectionPool, folder: Path) -> None:
    migrate(empty, folder)
    (folder / "0001_parts.sql").unlink()
    with pytest.raises(MigrationError, match=r"0001_parts\.sql .* missing"):
        migrate(empty, folder)


def test_a_file_that_comes_too_late_is_refused(empty: ConnectionPool, folder: Path) -> None:
    (folder / "0002_first_part.sql").rename(folder / "0003_first_part.sql")
    migrate(empty, folder)
    (folder / "0002_late.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError, match=r"0002_late\.sql comes too late"):
        migrate(empty, folder)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("0002_again.sql", "same number"), ("3_short.sql", "not named"), ("0003 spaced.sql", "not named")],
)
def test_a_badly_numbered_file_is_refused(empty: ConnectionPool, folder: Path, name: str, reason: str) -> None:
    (folder / name).write_text("SELECT 1")
    with pytest.raises(MigrationError, match=reason):
        migrate(empty, folder)
    assert empty.fetch_one("SELECT to_regclass('part')") == (None,)


def test_a_folder_without_migrations_is_refused(empty: ConnectionPool, tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="no migration"):
        migrate(empty, tmp_path)


def test_of_a_failing_file_nothing_is_kept_and_the_files_before_stay(empty: ConnectionPool, folder: Path) -> None:
    bad = folder / "0003_bad.sql"
    bad.write_text("INSERT INTO part VALUES (3); SELECT 1 / 0;")
    with pytest.raises(MigrationError, match=r"0003_bad\.sql failed: division by zero"):
        migrate(empty, folder)
    assert empty.fetch_all("SELECT id FROM part") == [(1,)]
    bad.write_text("INSERT INTO part VALUES (3);")
    assert migrate(empty, folder) == ["0003_bad.sql"]


def test_a_file_that_commits_by_itself_is_refused(empty: ConnectionPool, folder: Path) -> None:
    (folder / "0003_hasty.sql").write_text("INSERT INTO part VALUES (3); COMMIT;")
    with pytest.raises(MigrationError, match=r"0003_hasty\.sql ends its own transaction"):
        migrate(empty, folder)


def test_what_one_file_sets_does_not_reach_the_next(empty: ConnectionPool, folder: Path) -> None:
    (folder / "0003_reader.sql").write_text("SET ROLE pg_monitor; SET search_path = pg_catalog;")
    (folder / "0004_after.sql").write_text("INSERT INTO part VALUES (4);")
    migrate(empty, folder)
    assert empty.fetch_one("SELECT max(id) FROM part") == (4,)


def test_the_files_run_as_the_login_user_whatever_role_the_pool_plays(empty: ConnectionPool, folder: Path) -> None:
    reader = ConnectionPool(empty.dsn, role="pg_monitor")
    migrate(reader, folder)
    assert empty.fetch_one("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'part'") == (True,)
    reader.close()


def test_an_old_server_is_refused(empty: ConnectionPool, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "OLDEST_SERVER", 99)
    with pytest.raises(MigrationError, match="PostgreSQL 99 or newer is needed"):
        migrate(empty, folder)
