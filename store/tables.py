"""Tables of read models: created, indexed, exchanged and dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from psycopg2.errors import LockNotAvailable

from store.connecting import Connection, Cursor
from store.rows import TableLike

TEMPORARY = "pg_temp"


def create(cursor: Cursor, schema: str, table: TableLike) -> None:
    """Create an empty table without indexes, replacing any of its name; a temporary one in `TEMPORARY`."""
    columns = ", ".join(f"{name} {declared}" for name, declared in table.columns.items())
    drop(cursor, schema, table)
    room = 100 if table.append_only else 80  # an update within its page leaves the indexes alone
    cursor.execute(f"CREATE TABLE {schema}.{table.name} ({columns}) WITH (fillfactor = {room})")


def drop(cursor: Cursor, schema: str, table: TableLike) -> None:
    """Drop a table, if it exists."""
    cursor.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")


def missing(cursor: Cursor, schema: str, names: Collection[str]) -> set[str]:
    """Those of these tables that do not exist, as after a restore without views."""
    cursor.execute(
        "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(format('%%I.%%I', %s::text, name)) IS NULL",
        (list(names), schema),
    )
    return {name for (name,) in cursor.fetchall()}


def add_indexes(cursor: Cursor, schema: str, table: TableLike) -> None:
    """Create the primary key and the indexes, faster after the rows were inserted; then update the statistics."""
    cursor.execute(f"ALTER TABLE {schema}.{table.name} ADD PRIMARY KEY ({', '.join(table.key)})")
    for columns in table.indexes:
        cursor.execute(f"CREATE INDEX ON {schema}.{table.name} ({', '.join(columns)})")
    analyze(cursor, schema, table)


def analyze(cursor: Cursor, schema: str, table: TableLike) -> None:
    """Update the planner's statistics of a table."""
    cursor.execute(f"ANALYZE {schema}.{table.name}")


def put_in_place(cursor: Cursor, fresh: str, table: TableLike, schema: str) -> None:
    """Drop the table in `schema` and move the one in `fresh` to its place."""
    drop(cursor, schema, table)
    cursor.execute(f"ALTER TABLE {fresh}.{table.name} SET SCHEMA {schema}")


def lock_briefly(cursor: Cursor, schema: str, names: Iterable[TableLike], seconds: float) -> bool:
    """Lock those tables that exist against all access until the transaction ends; False when that takes too long.

    Later transactions wait for this one, so it does not wait for long queries.
    """
    cursor.execute("SAVEPOINT before_lock")
    try:
        cursor.execute(f"SET LOCAL lock_timeout = {round(seconds * 1000)}")
        for table in names:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{schema}.{table.name}",))
            if cursor.fetchone() == (True,):
                cursor.execute(f"LOCK TABLE {schema}.{table.name} IN ACCESS EXCLUSIVE MODE")
    except LockNotAvailable:
        cursor.execute("ROLLBACK TO SAVEPOINT before_lock")
        return False
    return True


def drop_all_but(cursor: Cursor, schema: str, names: Collection[str]) -> None:
    """Drop the tables of a schema without one of these names, with any personal data in them."""
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> ALL(%s)", (schema, list(names))
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE {schema}.{name}")


@contextmanager
def discarding(session: Connection) -> Iterator[None]:
    """Drop all temporary tables afterwards: the session's next user would read them instead of the current ones."""
    left = True
    try:
        with without_time_limit(session):
            yield
    finally:
        try:
            with session.cursor() as cursor:
                cursor.execute("DISCARD TEMP")
            left = False
        finally:
            if left:
                session.close()


@contextmanager
def without_time_limit(session: Connection) -> Iterator[None]:
    """Remove the time limit of statements: for indexes over a long history, and comparisons of whole tables."""
    with session.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        try:
            yield
        finally:
            if not session.closed:
                cursor.execute("RESET statement_timeout")


@contextmanager
def unobtrusive(session: Connection) -> Iterator[None]:
    """Let statements use one processor each, and end soon after the client has gone."""
    with session.cursor() as cursor:
        for name, value in _UNOBTRUSIVE.items():
            cursor.execute(f"SET {name} = {value}")
        try:
            yield
        finally:
            if not session.closed:
                for name in _UNOBTRUSIVE:
                    cursor.execute(f"RESET {name}")


_UNOBTRUSIVE = {
    "max_parallel_workers_per_gather": 0,
    "max_parallel_maintenance_workers": 0,
    "client_connection_check_interval": 1_000,
}


@contextmanager
def snapshot(cursor: Cursor, schema: str, names: Iterable[TableLike]) -> Iterator[None]:
    """Read these tables, and everything else, as of one moment; writes are rolled back at the end.

    The tables are locked first, so that they are not exchanged: a snapshot taken before would find those empty.
    """
    cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
    try:
        locked = ", ".join(f"{schema}.{table.name}" for table in names)
        if locked:
            cursor.execute(f"LOCK TABLE {locked} IN ACCESS SHARE MODE")
        yield
    finally:
        cursor.execute("ROLLBACK")


def count(cursor: Cursor, schema: str, table: TableLike) -> int:
    """The number of rows of a table."""
    cursor.execute(f"SELECT count(*) FROM {schema}.{table.name}")  # noqa: S608 - names come from the code
    [(rows,)] = cursor.fetchall()
    return int(rows)
