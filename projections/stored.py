"""Rows over the database: those in memory first, then those stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from projections.failures import RefusedError
from projections.keys import Place
from projections.memory import MemoryRows
from projections.table import Key, Row, Table
from store import rows as store
from store.connecting import Cursor
from store.errors import Trouble, renamed, trouble_of

VIEWS = "views"


class StoredRows(MemoryRows):
    """What live batches read and change, over `cursor`; each stored row is read at most once.

    `owners` are the names of the views that the tables belong to.
    """

    def __init__(self, tables: Iterable[Table], cursor: Cursor, owners: Mapping[Table, str] | None = None) -> None:
        super().__init__(tables)
        self.track()
        self.cursor = cursor
        self._owners = owners or {}
        self._asked: set[tuple[Table, tuple[tuple[str, Any], ...]]] = set()

    def count(self) -> int:
        """How many rows are held."""
        return sum(len(held.rows) for held in self._held.values())

    def preload(self, touched: Iterable[tuple[Table, Key]]) -> None:
        """Read these rows with one query a table."""
        wanted: dict[Table, set[Key]] = {}
        for table, key in touched:
            wanted.setdefault(table, set()).add(key)
        for table, keys in wanted.items():
            held = self._held[table]
            missing = [key for key in keys if held.place_of_key(key) not in held.rows]
            if missing:
                self._admit(table, missing, store.load(self.cursor, VIEWS, table, missing))

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row with this key, read when it has not been yet."""
        held = self._held[table]
        place = held.place_of_key(key)
        if place not in held.rows:
            with renamed():
                self._admit(table, [key], store.load(self.cursor, VIEWS, table, [key]))
        return held.rows[place]

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """The rows whose columns equal these values now, ordered by key."""
        question = (table, tuple(sorted(equal.items())))
        if question not in self._asked:
            self._asked.add(question)
            with renamed():
                found = store.find(self.cursor, VIEWS, table, equal)
            held = self._held[table]
            self._admit(table, (), [row for row in found if held.place_of_row(row) not in held.rows])
        return super().where(table, **equal)

    def put(self, table: Table, row: Row) -> None:
        """Store a row; raises `ValueError` unless it has exactly the table's columns."""
        if row.keys() != table.columns.keys():
            raise ValueError(
                f"{table.name}: these columns are missing or too many: {row.keys() ^ table.columns.keys()}"
            )
        super().put(table, row)

    def write(self) -> None:
        """Write what has changed, with at most three statements a table.

        Raises `RefusedError` when the database will never take it: nothing of the transaction is stored then.
        """
        for table in self._held:
            try:
                write(self.cursor, VIEWS, table, self)
            except Exception as error:
                if trouble_of(error) is Trouble.AWAY:
                    raise
                raise RefusedError(self._owners.get(table)) from error

    def undo(self) -> None:
        """Have the rows as they were; what was found before is asked for again, since some of it is not held now."""
        super().undo()
        self._asked.clear()

    def _admit(self, table: Table, keys: Iterable[Key], found: list[Row]) -> None:
        held = self._held[table]
        for key in keys:
            held.admit(held.place_of_key(key), None)
        for row in found:
            held.admit(held.place_of_row(row), row)


def write(cursor: Cursor, schema: str, table: Table, rows: MemoryRows, but: Collection[Place] = ()) -> None:
    """Write what has changed of one table, without the rows at the places `but`."""
    changes = rows.changes(table, but)
    if changes.deleted:
        store.delete(cursor, schema, table, changes.deleted)
    if changes.written:
        store.upsert(cursor, schema, table, changes.written)
    if changes.added:
        store.insert(cursor, schema, table, changes.added)
    rows.settle(table)
