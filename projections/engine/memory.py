"""Rows in memory: what a fold works on when it begins with nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from projections.engine.held_rows import Held, Step
from projections.engine.keys import Place
from projections.engine.ordered import TOP, Order, key_of
from projections.engine.table import Key, Row, Table


class Changes(NamedTuple):
    """What has become of one table since it was last written."""

    written: list[Row]
    deleted: list[Key]
    added: list[Row]


class MemoryRows:
    """All rows of the given tables; rows of append-only tables only until they are taken.

    Which rows have changed is remembered from `track` on.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self._held = {table: Held(table) for table in tables}
        self._steps: list[Step] | None = None
        self._spoilt: list[tuple[int, Exception]] = []

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
        """Rows in memory are ready anyway."""

    def put(self, table: Table, row: Row) -> None:
        """Store a row, new or in the place of the one with its key; into an append-only table: add it."""
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
        """Remove a row, if it is there."""
        if self.get(table, *key) is not None:
            held = self._held[table]
            place = held.place_of_key(key)
            if self._steps is not None:
                self._steps.append(held.step(place))
            held.admit(place, None)
            if held.changed is not None:
                held.changed[place] = key

    def mark(self) -> None:
        """Be able to come back to the rows as they are now; forgets the mark before."""
        if self._steps is None or self._steps:
            self._steps = []

    def undo(self) -> None:
        """Have the rows as they were at the last mark, without what was put or deleted since."""
        for step in reversed(self._steps or []):
            step[0].restore(*step[1:])
        self._steps = []

    def spoil(self, position: int, error: Exception) -> None:
        """Note that something which the event at this position asks for cannot be rendered; the rest can."""
        self._spoilt.append((position, error))

    def take_spoilt(self) -> list[tuple[int, Exception]]:
        """What could not be rendered since this was last asked."""
        spoilt, self._spoilt = self._spoilt, []
        return spoilt

    def track(self) -> None:
        """Remember from now on what changes; what has changed before is written."""
        for held in self._held.values():
            held.changed = {}
            held.added = []

    def changes(self, table: Table, but: Collection[Place] = ()) -> Changes:
        """What has changed in a table and must be written, without the places `but`."""
        held = self._held[table]
        changed = held.changed or {}
        if but:
            changed = {place: key for place, key in changed.items() if place not in but}
        written = [row for place in changed if (row := held.rows[place]) is not None]
        return Changes(written, [key for place, key in changed.items() if held.rows[place] is None], held.added)

    def settle(self, table: Table) -> None:
        """What has changed in a table is written now."""
        held = self._held[table]
        held.added = []
        if held.changed:
            held.changed = {}

    def rows(self, table: Table) -> Iterable[Row]:
        """All rows of a table."""
        return (row for row in self._held[table].rows.values() if row is not None)
