"""Rows of one table in the order of some columns, so that a fold finds the neighbours of a row without reading all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from projections.engine.keys import Place
from projections.engine.table import Row, Table
from store.writing import sql_type

OrderKey = tuple[Any, ...]
"""Values of the ordering columns as Python compares them: UUIDs as integers; may end in `TOP`."""


class _Top:
    """Compares above every value, so that a key that ends in it is above all keys with the same beginning."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return other is not self

    def __le__(self, other: object) -> bool:
        return other is self

    def __ge__(self, other: object) -> bool:
        return True


TOP: Any = _Top()


class Order(NamedTuple):
    """An ordering: rows grouped by the columns `equal`, in each group sorted by the columns `by`, all NOT NULL.

    Together they are the columns of the table's key or of one of its indexes; the last ones may be left out.
    """

    equal: tuple[str, ...]
    by: tuple[str, ...]


def order_of(table: Table, equal: int, columns: tuple[str, ...] | None = None) -> Order:
    """The ordering by the columns of the key, or of an index, of which the first `equal` are the group."""
    names = columns or table.key
    return Order(names[:equal], names[equal:])


def key_of(values: Sequence[Any]) -> OrderKey:
    """Values of the ordering columns, or of the first of them, in comparable form."""
    return tuple(value.int if isinstance(value, UUID) else value for value in values)


def values_of(table: Table, order: Order, key: OrderKey) -> tuple[Any, ...]:
    """The values of a key, without `TOP`."""
    values = [value for value in key if value is not TOP]
    uuids = [sql_type(table.columns[name]) == "uuid" for name in order.by]
    return tuple(UUID(int=value) if uuids[place] else value for place, value in enumerate(values))


class Ordered:
    """The places of one table's rows in one order; remembers each entry, since a fold may change a row in place."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._entry_of: dict[Place, tuple[OrderKey, tuple[Any, ...]]] = {}
        self._groups: dict[OrderKey, list[tuple[Any, ...]]] = {}

    def add(self, place: Place, row: Row | None) -> None:
        """Insert a row at its current values, or remove it when it is deleted."""
        before = self._entry_of.pop(place, None)
        if before is not None:
            group, entry = before
            entries = self._groups[group]
            del entries[bisect_left(entries, entry)]
            if not entries:
                del self._groups[group]
        if row is not None:
            group = key_of([row[name] for name in self._order.equal])
            entry = (key_of([row[name] for name in self._order.by]), place)
            self._entry_of[place] = group, entry
            entries = self._groups.setdefault(group, [])
            if not entries or entries[-1] < entry:
                entries.append(entry)
            else:
                entries.insert(bisect_left(entries, entry), entry)

    def span(self, group: OrderKey, low: OrderKey, high: OrderKey, limit: int, *, last: bool) -> list[Place]:
        """At most `limit` places from `low` through `high`: the first ones, or with `last` the last ones in reverse."""
        entries = self._groups.get(group, [])
        begin, end = bisect_left(entries, (low,)), bisect_left(entries, ((*high, TOP),))
        chosen = entries[max(begin, end - limit) : end][::-1] if last else entries[begin : min(end, begin + limit)]
        return [entry[1] for entry in chosen]

    def keys_of(self, places: list[Place]) -> list[OrderKey]:
        """The keys by which these places are ordered."""
        return [self._entry_of[place][1][0] for place in places]
