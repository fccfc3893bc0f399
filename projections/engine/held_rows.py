"""The rows of one table in memory, by place, by the values of some columns, and in an order."""

from __future__ import annotations

from typing import Any, TypeAlias

from projections.engine.keys import Place, place_of_key, place_of_row
from projections.engine.ordered import Order, Ordered
from projections.engine.table import Key, Row, Table

Values = tuple[Any, ...]
_ABSENT: Any = object()
Step: TypeAlias = "tuple[Held, Place | None, Any, Any]"
"""The content of one place before a change, and whether it had to be written; no place for an added row."""


class Held:
    """The rows of one table by place, `None` for those known to be absent, and their indexes."""

    def __init__(self, table: Table) -> None:
        self.place_of_key = place_of_key(table)
        self.place_of_row = place_of_row(table)
        self.rows: dict[Place, Row | None] = {}
        self.changed: dict[Place, Key] | None = None
        self.added: list[Row] = []
        self.indexes: dict[tuple[str, ...], Index] = {}
        self.orders: dict[Order, Ordered] = {}

    def admit(self, place: Place, row: Row | None) -> None:
        """Hold a row, or its absence."""
        self.rows[place] = row
        self.index(place, row)

    def step(self, place: Place) -> Step:
        """The content of a place before it changes."""
        changed = _ABSENT if self.changed is None else self.changed.get(place, _ABSENT)
        return self, place, self.rows.get(place, _ABSENT), changed

    def restore(self, place: Place | None, row: Any, changed: Any) -> None:
        """Restore the content from before a step."""
        if place is None:
            self.added.pop()
            return
        if row is _ABSENT:
            del self.rows[place]
            self.index(place, None)
        else:
            self.admit(place, row)
        if self.changed is not None:
            if changed is _ABSENT:
                self.changed.pop(place, None)
            else:
                self.changed[place] = changed

    def index(self, place: Place, row: Row | None) -> None:
        """Index a row by its current values."""
        for index in self.indexes.values():
            index.add(place, row)
        for order in self.orders.values():
            order.add(place, row)

    def ordered(self, order: Order) -> Ordered:
        """The rows in an order."""
        ordered = self.orders.get(order)
        if ordered is None:
            ordered = self.orders[order] = Ordered(order)
            for place, row in self.rows.items():
                ordered.add(place, row)
        return ordered

    def where(self, names: tuple[str, ...], values: Values) -> list[Row]:
        """The rows with these values, ordered by key."""
        index = self.indexes.get(names)
        if index is None:
            index = self.indexes[names] = Index(names)
            for place, row in self.rows.items():
                index.add(place, row)
        return [row for place in sorted(index.places.get(values, ())) if (row := self.rows[place]) is not None]


class Index:
    """Places by the values of some columns; remembers those of each row, since a fold may change a row in place."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._values: dict[Place, Values] = {}
        self.places: dict[Values, set[Place]] = {}

    def add(self, place: Place, row: Row | None) -> None:
        """Index a row at its current values, or remove it when it is deleted."""
        before = self._values.pop(place, None)
        if before is not None:
            self.places[before].discard(place)
            if not self.places[before]:
                del self.places[before]
        if row is not None:
            values = tuple(row[name] for name in self._names)
            self._values[place] = values
            self.places.setdefault(values, set()).add(place)
