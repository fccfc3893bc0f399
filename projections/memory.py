"""Rows in memory: what a fold works on when it begins with nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from projections.table import Key, Row, Table

Values = tuple[Any, ...]


class Changes(NamedTuple):
    """What has become of one table since it was last written."""

    written: list[Row]
    deleted: list[Key]
    added: list[Row]


class MemoryRows:
    """All rows of the given tables, with those that changed; rows of append-only tables only until they are taken."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._held = {table: _Held(table) for table in tables}

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row with this key."""
        return self._held[table].rows.get(key)

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """The rows whose columns equal these values, ordered by key."""
        names = tuple(sorted(equal))
        return self._held[table].where(names, tuple(equal[name] for name in names))

    def put(self, table: Table, row: Row) -> None:
        """Store a row, new or in the place of the one with its key; into an append-only table: add it."""
        held = self._held[table]
        if table.append_only:
            held.added.append(row)
        else:
            held.put(table.key_of(row), row)

    def delete(self, table: Table, *key: Any) -> None:
        """Remove a row, if it is there."""
        if self.get(table, *key) is not None:
            self._held[table].put(key, None)

    def changes(self, table: Table) -> Changes:
        """What has changed in a table and must be written."""
        held = self._held[table]
        rows = [(key, held.rows[key]) for key in held.changed]
        return Changes(
            [row for _, row in rows if row is not None], [key for key, row in rows if row is None], held.added
        )

    def rows(self, table: Table) -> Iterable[Row]:
        """All rows of a table."""
        return (row for row in self._held[table].rows.values() if row is not None)

    def settle(self, table: Table) -> None:
        """What has changed in a table is written now."""
        held = self._held[table]
        held.changed.clear()
        held.added = []


class _Held:
    """The rows of one table by key, `None` for those known not to be there, and its indexes."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows: dict[Key, Row | None] = {}
        self.changed: set[Key] = set()
        self.added: list[Row] = []
        self.indexes: dict[tuple[str, ...], _Index] = {}

    def put(self, key: Key, row: Row | None) -> None:
        self.admit(key, row)
        self.changed.add(key)

    def admit(self, key: Key, row: Row | None) -> None:
        self.rows[key] = row
        for index in self.indexes.values():
            index.place(key, row)

    def where(self, names: tuple[str, ...], values: Values) -> list[Row]:
        index = self.indexes.get(names)
        if index is None:
            index = self.indexes[names] = _Index(names)
            for key, row in self.rows.items():
                index.place(key, row)
        return [row for key in sorted(index.keys.get(values, ())) if (row := self.rows[key]) is not None]


class _Index:
    """Keys by the values of some columns; it remembers where each key stands, as a fold may change a row itself."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._values: dict[Key, Values] = {}
        self.keys: dict[Values, set[Key]] = {}

    def place(self, key: Key, row: Row | None) -> None:
        before = self._values.pop(key, None)
        if before is not None:
            self.keys[before].discard(key)
            if not self.keys[before]:
                del self.keys[before]
        if row is not None:
            values = tuple(row[name] for name in self._names)
            self._values[key] = values
            self.keys.setdefault(values, set()).add(key)
