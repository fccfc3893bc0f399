"""Tables of read models: made, indexed, put in the place of others and dropped."""

from __future__ import annotations

from typing import Protocol

from store.connecting import Cursor
from store.rows import TableLike

TEMPORARY = "pg_temp"


class IndexedTable(TableLike, Protocol):
    """A table with what has to be known to make it."""

    @property
    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """Further column lists."""


def create(cursor: Cursor, schema: str, table: TableLike) -> None:
    """An empty table without indexes, in the place of any of its name; a temporary one in `TEMPORARY`."""
    columns = ", ".join(f"{name} {declared}" for name, declared in table.columns.items())
    drop(cursor, schema, table)
    cursor.execute(f"CREATE TABLE {schema}.{table.name} ({columns})")


def drop(cursor: Cursor, schema: str, table: TableLike) -> None:
    """Remove a table, if it is there."""
    cursor.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")


def add_indexes(cursor: Cursor, schema: str, table: IndexedTable) -> None:
    """The primary key and the indexes, which are made faster when the rows are there; then the planner's figures."""
    cursor.execute(f"ALTER TABLE {schema}.{table.name} ADD PRIMARY KEY ({', '.join(table.key)})")
    for columns in table.indexes:
        cursor.execute(f"CREATE INDEX ON {schema}.{table.name} ({', '.join(columns)})")
    cursor.execute(f"ANALYZE {schema}.{table.name}")


def put_in_place(cursor: Cursor, fresh: str, table: TableLike, schema: str) -> None:
    """Drop the table in `schema` and move the one in `fresh` to where it was."""
    drop(cursor, schema, table)
    cursor.execute(f"ALTER TABLE {fresh}.{table.name} SET SCHEMA {schema}")
