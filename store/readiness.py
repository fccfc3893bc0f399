"""Whether a database is ready for this program: it answers, and every migration has been applied."""

from __future__ import annotations

from contextlib import closing
from importlib.resources import files

from domain.kernel.problem import Kind, Problem
from store.connecting import open_connection
from store.errors import renamed
from store.pool import ConnectionPool


class DatabaseOlder(Problem):
    """The database is older than this program; run `callout migrate` once no older server runs.

    `serve` and `demo` do the same when they start; nothing else does.
    """

    kind = Kind.UNAVAILABLE


class DatabaseNewer(Problem):
    """The database is newer than this program; use the program that it was migrated with, or a later one."""

    kind = Kind.UNAVAILABLE


def pending_migrations(pool: ConnectionPool) -> list[str]:
    """The migrations of this program that were not applied to the database, in order."""
    applied = {name for (name,) in pool.fetch_all("SELECT name FROM public.schema_migrations")}
    return [name for name in _known() if name not in applied]


def require_schema(dsn: str) -> None:
    """Raise `DatabaseOlder` or `DatabaseNewer` unless the database has exactly the migrations of this program."""
    with renamed(), closing(open_connection(dsn, search_path="public")) as session, session.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL")
        if cursor.fetchone() != (True,):
            raise DatabaseOlder("This database has not been set up; `callout migrate` or `callout serve` does that.")
        cursor.execute("SELECT name FROM public.schema_migrations")
        applied, known = {name for (name,) in cursor.fetchall()}, set(_known())
    if applied - known:
        raise DatabaseNewer
    if known - applied:
        raise DatabaseOlder


def _known() -> list[str]:
    return sorted(file.name for file in files("migrations").iterdir() if file.name.endswith(".sql"))
