"""Restore of a backup: schema, rows, roles and the mark of a new log life in one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import psycopg2
import zstandard

from domain.kernel.problem import Kind, Problem
from store.backup.content import schemas
from store.backup.manifest import BackupNotUsable, Manifest, Progress, StoredTable
from store.connecting import Connection, Cursor, open_connection
from store.errors import renamed
from store.migrate import apply, lock
from store.provisioning import prepare, settle
from store.roles import RunTimeRoles

_RESTORED: Final = "restored from a backup"
_LEAVING_SECONDS: Final = 5.0
_PLAIN: Final = re.compile("[a-z_][a-z0-9_]*")
_OWN_TABLES: Final = ("schema_migrations", "run_time_roles", "run_time_grants")


class DatabaseIsFull(Problem):
    """The database holds a log already: name another one, or replace it with --replace."""

    kind = Kind.CONFLICT


class DatabaseIsInUse(Problem):
    """Somebody is connected to the database: stop every server and worker first."""

    kind = Kind.CONFLICT


def must_be_free(dsn: str, *, replace: bool) -> None:
    """Raise `DatabaseIsFull` or `DatabaseIsInUse` for a database that a backup must not be restored to."""
    with _session(dsn) as (_, cursor):
        _must_be_free(cursor, replace=replace)


def holds_log(dsn: str) -> bool:
    """Whether the database of `dsn` has events."""
    with _session(dsn) as (_, cursor):
        cursor.execute("SELECT to_regclass('log.events') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM log.events)")
        return cursor.fetchone() == (True,)


def load(
    dsn: str,
    folder: Path,
    manifest: Manifest,
    *,
    roles: RunTimeRoles,
    erased: Collection[UUID],
    replace: bool,
    report: Progress,
) -> None:
    """Restore the rows of a backup into the database of `dsn`, the login that migrates.

    With `replace` the existing data is dropped. Keys of `erased` people are not restored, sessions end, and no job is
    repeated. The log is marked, so that the next process that opens it begins a new life. Raises as `must_be_free`
    does, and `MigrationError`.
    """
    with _session(dsn) as (session, cursor):
        lock(cursor)
        cursor.execute("BEGIN")
        _must_be_free(cursor, replace=replace)
        _clear(cursor)
        prepare(cursor, roles)
        apply(session, cursor, manifest.migrations, roles)
        _fill(cursor, folder, manifest, report)
        _forget(cursor, erased)
        settle(cursor, roles, anew=True)
        cursor.execute("COMMIT")
        cursor.execute("ANALYZE")


@contextmanager
def _session(dsn: str) -> Iterator[tuple[Connection, Cursor]]:
    with (
        renamed(),
        closing(open_connection(dsn, search_path="public", statement_timeout=0)) as session,
        session.cursor() as cursor,
    ):
        yield session, cursor


def _must_be_free(cursor: Cursor, *, replace: bool) -> None:
    cursor.execute("SELECT to_regclass('log.events') IS NOT NULL, to_regclass('public.schema_migrations') IS NOT NULL")
    [(has_log, is_ours)] = cursor.fetchall()
    if has_log and not is_ours:
        raise DatabaseIsFull("The database has a schema `log` that is not this program's; name another database.")
    if has_log and not replace:
        cursor.execute("SELECT 1 FROM log.events LIMIT 1")
        if cursor.rowcount:
            raise DatabaseIsFull
    deadline = time.monotonic() + _LEAVING_SECONDS
    while _others(cursor):
        if time.monotonic() > deadline:
            raise DatabaseIsInUse
        time.sleep(0.1)


def _others(cursor: Cursor) -> int:
    """The number of other connections; one that has just ended is listed for a moment longer."""
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IS NOT NULL
        """
    )
    [(many,)] = cursor.fetchall()
    return int(many)


def _clear(cursor: Cursor) -> None:
    for schema in schemas():
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    for table in _OWN_TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS public.{table}")


def _fill(cursor: Cursor, folder: Path, manifest: Manifest, report: Progress) -> None:
    total, before = sum(table.file.bytes for table in manifest.tables), 0
    for table in reversed(manifest.tables):
        cursor.execute(f"DELETE FROM {_name(table)}")  # noqa: S608 - a checked name; what the migrations have put there
    quiet = _quieted(cursor, manifest)
    for table in manifest.tables:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        with (folder / table.file.path).open("rb") as packed:
            plain = zstandard.ZstdDecompressor().stream_reader(packed)
            cursor.copy_expert(f"COPY {_name(table)} ({columns}) FROM STDIN", plain)
        if cursor.rowcount != table.rows:
            raise psycopg2.DataError(f"{table.file.path} holds {cursor.rowcount} rows, not {table.rows}")
        before += table.file.bytes
        report(before, total)
    for name, trigger in quiet:
        cursor.execute(f'ALTER TABLE {name} ENABLE TRIGGER "{trigger}"')
    for sequence, value in manifest.sequences.items():
        cursor.execute("SELECT setval(%s::regclass, %s)", (sequence, value))


def _quieted(cursor: Cursor, manifest: Manifest) -> list[tuple[str, str]]:
    """Disable the triggers that act on inserted rows, since their effects are in the other tables; returns them.

    Triggers that forbid changes stay enabled.
    """
    found = []
    for name in map(_name, manifest.tables):
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
            (name,),
        )
        found += [(name, trigger) for (trigger,) in cursor.fetchall() if _PLAIN.fullmatch(trigger)]
    for name, trigger in found:
        cursor.execute(f'ALTER TABLE {name} DISABLE TRIGGER "{trigger}"')
    return found


def _forget(cursor: Cursor, erased: Collection[UUID]) -> None:
    cursor.execute(
        "UPDATE keys.person_keys SET wrapped = NULL, destroyed_at = now() WHERE person = ANY(%s::uuid[])",
        ([str(person) for person in erased],),
    )
    for table in ("access.sessions", "log.heartbeats", "log.jobs"):  # the latter two are in older backups
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    cursor.execute(
        """
        INSERT INTO log.lives (epoch, cluster) SELECT epoch, %s FROM log.head
        ON CONFLICT (epoch) DO UPDATE SET cluster = excluded.cluster
        """,
        (_RESTORED,),
    )


def _name(table: StoredTable) -> str:
    """The table's name in SQL; raises `BackupNotUsable` for one that cannot be ours."""
    if table.schema not in schemas() or not all(map(_PLAIN.fullmatch, (table.name, *table.columns))):
        raise BackupNotUsable(
            f"The backup names a table {table.schema}.{table.name}, which this program does not have."
        )
    return f"{table.schema}.{table.name}"
