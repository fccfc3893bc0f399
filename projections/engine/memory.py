"""Rows in memory: the state of a fold that starts from nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from projections.engine.held_rows import Held, Step
from projections.engine.keys import Place
from projections.engine.ordered import TOP, Order, key_of
from projections.engine.table import Key, Row, Table


class Changes(NamedTuple):
    """The changes of one table since it was last written."""

    written: list[Row]
    deleted: list[Key]
    added: list[Row]


class MemoryRows:
    """All rows of the given tables; rows of append-only tables only until they are taken.

    Changes are recorded from `track` on.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self._held = {table: Held(table) for table in tables}
        self._steps: list[Step] | None = None
        self._unrendered: list[tuple[int, Exception]] = []

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row with this key."""
        held = self._held[table]
        return held.rows.get(held.place_of_key(key))

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """The rows whose columns equal these values, ordered by key."""
        names = tuple(sorted(equal))
        return self._held[table].where(names, tuple(equal[name] for name in names))

    def span(
        self,
        table: Table,
        order: Order,
        equal: Key,
        *,
        limit: int,
        low: Key = (),
        high: Key = (),
        last: bool = False,
    ) -> list[Row]:
        """At most `limit` rows of a group in an order, from `low` through `high`; with `last` from the end."""
        held = self._held[table]
        found = held.ordered(order).span(key_of(equal), key_of(low), (*key_of(high), TOP), limit, last=last)
        return [row for place in found if (row := held.rows[place]) is not None]

    def preload(self, touched: Iterable[tuple[Table, Key]]) -> None:
        """Nothing to do: all rows are in memory."""

    def put(self, table: Table, row: Row) -> None:
        """Store a row, replacing the one with its key; to an append-only table it is added."""
        held = self._held[table]
        if table.append_only:
            held.added.append(row)
            if self._steps is not None:
                self._steps.append((held, None, None, None))
            return
        place = held.place_of_row(row)
        if self._steps is not None:
            self._steps.append(held.step(place))
        held.rows[place] = row
        if held.indexes or held.orders:
            held.index(place, row)
        if held.changed is not None:
            held.changed[place] = ()

    def delete(self, table: Table, *key: Any) -> None:
        """Delete a row, if it exists."""
        if self.get(table, *key) is not None:
            held = self._held[table]
            place = held.place_of_key(key)
            if self._steps is not None:
                self._steps.append(held.step(place))
            held.admit(place, None)
            if held.changed is not None:
                held.changed[place] = key

    def mark(self) -> None:
        """Set a savepoint, replacing the one before."""
        if self._steps is None or self._steps:
            self._steps = []

    def undo(self) -> None:
        """Roll back to the savepoint."""
        for step in reversed(self._steps or []):
            step[0].restore(*step[1:])
        self._steps = []

    def note_unrendered(self, position: int, error: Exception) -> None:
        """Note that a document that the event at this position asks for cannot be rendered; others can."""
        self._unrendered.append((position, error))

    def take_unrendered(self) -> list[tuple[int, Exception]]:
        """The errors noted since the last call."""
        unrendered, self._unrendered = self._unrendered, []
        return unrendered

    def track(self) -> None:
        """Record changes from now on; everything before counts as written."""
        for held in self._held.values():
            held.changed = {}
            held.added = []

    def changes(self, table: Table, but: Collection[Place] = ()) -> Changes:
        """The changes of a table that must be written, without the places `but`."""
        held = self._held[table]
        changed = held.changed or {}
        if but:
            changed = {place: key for place, key in changed.items() if place not in but}
        written = [row for place in changed if (row := held.rows[place]) is not None]
        return Changes(written, [key for place, key in changed.items() if held.rows[place] is None], held.added)

    def settle(self, table: Table) -> None:
        """Mark the changes of a table as written."""
        held = self._held[table]
        held.added = []
        if held.changed:
            held.changed = {}

    def rows(self, table: Table) -> Iterable[Row]:
        """All rows of a table."""
        return (row for row in self._held[table].rows.values() if row is not None)
