"""Rows over the database: those in memory first, then those stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projections.memory import MemoryRows
from projections.table import Key, Row, Table
from store import rows as store
from store.connecting import Cursor

VIEWS = "views"


class StoredRows(MemoryRows):
    """What one live batch reads and changes; each stored row is read at most once."""

    def __init__(self, tables: Iterable[Table], cursor: Cursor) -> None:
        super().__init__(tables)
        self._cursor = cursor
        self._asked: set[tuple[Table, tuple[tuple[str, Any], ...]]] = set()

    def preload(self, touched: Iterable[tuple[Table, Key]]) -> None:
        """Read these rows with one query a table."""
        wanted: dict[Table, set[Key]] = {}
        for table, key in touched:
            wanted.setdefault(table, set()).add(key)
        for table, keys in wanted.items():
            missing = keys - self._held[table].rows.keys()
            if missing:
                self._admit(table, missing, store.load(self._cursor, VIEWS, table, missing))

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row with this key, read when it has not been yet."""
        held = self._held[table]
        if key not in held.rows:
            self._admit(table, [key], store.load(self._cursor, VIEWS, table, [key]))
        return held.rows[key]

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """The rows whose columns equal these values now, ordered by key."""
        question = (table, tuple(sorted(equal.items())))
        if question not in self._asked:
            self._asked.add(question)
            found = store.find(self._cursor, VIEWS, table, equal)
            known = self._held[table].rows
            self._admit(table, (), [row for row in found if table.key_of(row) not in known])
        return super().where(table, **equal)

    def put(self, table: Table, row: Row) -> None:
        """Store a row; raises `ValueError` unless it has exactly the table's columns."""
        if row.keys() != table.columns.keys():
            raise ValueError(
                f"{table.name}: these columns are missing or too many: {row.keys() ^ table.columns.keys()}"
            )
        super().put(table, row)

    def write(self) -> None:
        """Write what has changed, with at most three statements a table."""
        for table in self._held:
            write(self._cursor, VIEWS, table, self)

    def _admit(self, table: Table, keys: Iterable[Key], found: list[Row]) -> None:
        held = self._held[table]
        for key in keys:
            held.admit(key, None)
        for row in found:
            held.admit(table.key_of(row), row)


def write(cursor: Cursor, schema: str, table: Table, rows: MemoryRows) -> None:
    """Write what has changed of one table."""
    changes = rows.changes(table)
    if changes.deleted:
        store.delete(cursor, schema, table, changes.deleted)
    if changes.written:
        store.upsert(cursor, schema, table, changes.written)
    if changes.added:
        store.insert(cursor, schema, table, changes.added)
    rows.settle(table)
