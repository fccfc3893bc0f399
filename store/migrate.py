"""Migrations: numbered SQL files, each applied once, in order, in one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_INTRANS

from store.connecting import Connection, Cursor, open_connection
from store.errors import MigrationError, renamed
from store.pool import ConnectionPool
from store.provisioning import prepare, settle
from store.role_passwords import try_passwords
from store.roles import RunTimeRoles, address_of

OLDEST_SERVER = 15
LOCK_WAIT = 120.0
LOCK = 7_266_431  # any number, the same for all processes
_NAME = re.compile(r"\d{4}_\w+\.sql")


@dataclass(frozen=True)
class _File:
    name: str
    sha256: str
    sql: str


def migrate(
    database: str | ConnectionPool, folder: Traversable | None = None, roles: RunTimeRoles | None = None
) -> list[str]:
    """Apply the files of `folder` that the database has not seen, as its login user; their names.

    `folder` defaults to the package `migrations`. With `roles` the database gets run-time roles of its own, whatever
    there is to apply; without, those that the files name stand for the whole cluster. Of several
    starters at once, one applies and the others wait up to LOCK_WAIT seconds. Raises MigrationError when a file was
    changed, is missing, comes too late or fails: nothing of that file is kept, the files before it stay.
    """
    dsn = database if isinstance(database, str) else database.dsn
    wanted = _read(folder or files("migrations"))
    with renamed(), closing(open_connection(dsn, search_path="public", statement_timeout=0)) as session:
        if session.server_version < OLDEST_SERVER * 10_000:
            raise MigrationError(
                f"PostgreSQL {OLDEST_SERVER} or newer is needed, not {session.server_version // 10_000}"
            )
        with session.cursor() as cursor:
            lock(cursor)
            _make_table(cursor)
            fresh = _unseen(wanted, known_migrations(cursor))
            if roles is not None:
                _settle(cursor, roles, migrated=False)
            for file in fresh:
                _apply(session, cursor, file, roles)
            if roles is not None and fresh:
                _settle(cursor, roles, migrated=True)
            if roles is not None:
                try_passwords(cursor, address_of(dsn), roles)
    return [file.name for file in fresh]


def known_migrations(cursor: Cursor) -> dict[str, str]:
    """The applied files, each with the SHA-256 of its bytes in hex."""
    cursor.execute("SELECT name, sha256 FROM public.schema_migrations ORDER BY name")
    return dict(cursor.fetchall())


def apply(session: Connection, cursor: Cursor, names: Mapping[str, str], roles: RunTimeRoles) -> None:
    """Apply exactly these files, each with the SHA-256 of its bytes, to an empty database, in the open transaction.

    Raises MigrationError when one is missing here or was changed.
    """
    known = {file.name: file for file in _read(files("migrations"))}
    _make_table(cursor)
    for name in sorted(names):
        if name not in known or known[name].sha256 != names[name]:
            raise MigrationError(f"{name} is not as it was here; take the version of the program that knows it")
        _run(session, cursor, known[name], roles)


def _make_table(cursor: Cursor) -> None:
    cursor.execute(
        """
        CREATE TABLE IF NOT EXISTS public.schema_migrations (
            name text PRIMARY KEY,
            sha256 text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )


def _read(folder: Traversable) -> list[_File]:
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    if not found:
        raise MigrationError(f"there is no migration in {folder}")
    for before, name in zip(["", *found], found, strict=False):
        if not _NAME.fullmatch(name):
            raise MigrationError(f"{name} is not named like 0001_what_it_does.sql")
        if name[:4] == before[:4]:
            raise MigrationError(f"{before} and {name} have the same number")
    contents = [(name, folder.joinpath(name).read_bytes()) for name in found]
    return [_File(name, hashlib.sha256(sql).hexdigest(), sql.decode()) for name, sql in contents]


def _unseen(wanted: list[_File], applied: dict[str, str]) -> list[_File]:
    names = {file.name for file in wanted}
    for name in applied:
        if name not in names:
            raise MigrationError(f"{name} was applied to this database, but the file is missing here")
    newest = max(applied, default="")
    for file in wanted:
        if applied.get(file.name, file.sha256) != file.sha256:
            raise MigrationError(f"{file.name} was changed after it had been applied; add a new file instead")
        if file.name not in applied and file.name < newest:
            raise MigrationError(f"{file.name} comes too late: {newest} has already been applied")
    return [file for file in wanted if file.name not in applied]


def lock(cursor: Cursor) -> None:
    """Take the lock of migrations until the session ends; raises MigrationError after LOCK_WAIT seconds."""
    cursor.execute("SELECT set_config('lock_timeout', %s, false)", (f"{LOCK_WAIT * 1000:.0f}",))
    try:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
    except psycopg2.errors.LockNotAvailable as error:
        raise MigrationError(f"somebody else has been migrating this database for {LOCK_WAIT:g} s") from error


def _settle(cursor: Cursor, roles: RunTimeRoles, *, migrated: bool) -> None:
    cursor.execute("BEGIN")
    if not migrated:
        prepare(cursor, roles)
    cursor.execute("SELECT to_regclass('public.run_time_grants') IS NOT NULL")
    if cursor.fetchone() == (True,):
        settle(cursor, roles, anew=migrated)
    cursor.execute("COMMIT")


def _apply(session: Connection, cursor: Cursor, file: _File, roles: RunTimeRoles | None) -> None:
    # Settings of the session by an earlier file must not affect this one.
    cursor.execute("RESET SESSION AUTHORIZATION")
    cursor.execute("RESET ALL")
    cursor.execute("BEGIN")
    try:
        _run(session, cursor, file, roles)
        cursor.execute("COMMIT")
    except psycopg2.Error as error:
        message = error.diag.message_primary or str(error).strip()
        raise MigrationError(f"{file.name} failed: {message}") from error


def _run(session: Connection, cursor: Cursor, file: _File, roles: RunTimeRoles | None) -> None:
    cursor.execute(roles.substituted(file.sql) if roles is not None else file.sql)
    if session.info.transaction_status != TRANSACTION_STATUS_INTRANS:
        raise MigrationError(f"{file.name} ends its own transaction, so it cannot be undone as a whole")
    cursor.execute("RESET SESSION AUTHORIZATION")
    cursor.execute("INSERT INTO public.schema_migrations (name, sha256) VALUES (%s, %s)", (file.name, file.sha256))
