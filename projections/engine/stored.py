"""Rows of the database: those in memory first, then those stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from projections.engine.coverage import Coverage, Stretch
from projections.engine.failures import RefusedError, TimedOutError
from projections.engine.keys import Place
from projections.engine.memory import MemoryRows
from projections.engine.ordered import TOP, Order, Ordered, OrderKey, key_of, values_of
from projections.engine.table import Key, Row, Table
from store import rows as store
from store.connecting import Cursor
from store.errors import Trouble, is_timeout, renamed, trouble_of

VIEWS = "views"
_AT_ONCE = 64
"""The least number of rows read in a search for neighbours: the next one is mostly needed soon after."""


class StoredRows(MemoryRows):
    """The rows that live batches read and change, over `cursor`; each stored row is read at most once.

    `owners` are the names of the views that the tables belong to.
    """

    def __init__(self, tables: Iterable[Table], cursor: Cursor, owners: Mapping[Table, str] | None = None) -> None:
        super().__init__(tables)
        self.track()
        self.cursor = cursor
        self._owners = owners or {}
        self._asked: set[tuple[Table, tuple[tuple[str, Any], ...]]] = set()
        self._covered: dict[tuple[Table, Order, Key], Coverage] = {}

    def count(self) -> int:
        """The number of rows held."""
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
        """The row with this key, read unless it is held."""
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
        """At most `limit` rows of a group in an order; rows that are not held are read until there are enough."""
        group = table, order, key_of(equal)
        covered = self._covered.setdefault(group, Coverage())
        lowest, highest = key_of(low), (*key_of(high), TOP)
        held = self._held[table].ordered(order)
        if highest < lowest:
            return []
        while (stretch := covered.around(highest if last else lowest)) is None or not _is_enough(
            held, group[2], stretch, (lowest, highest), limit, last=last
        ):
            known = stretch and (stretch[0] if last else stretch[1])
            with renamed():
                found = store.span(
                    self.cursor,
                    VIEWS,
                    table,
                    order,
                    equal=equal,
                    bounds=store.Bounds(low, high, None if known is None else values_of(table, order, known)),
                    limit=max(limit, _AT_ONCE),
                    last=last,
                )
            keys = [key_of([row[name] for name in order.by]) for row in found]
            places = self._held[table]
            self._admit(table, (), [row for row in found if places.place_of_row(row) not in places.rows])
            reached = keys[-1] if len(found) == max(limit, _AT_ONCE) else (lowest if last else highest)
            covered.add(reached if last else known or lowest, (known or highest) if last else reached)
        return super().span(table, order, equal, limit=limit, low=low, high=high, last=last)

    def put(self, table: Table, row: Row) -> None:
        """Store a row; raises `ValueError` unless it has exactly the table's columns."""
        if row.keys() != table.columns.keys():
            raise ValueError(
                f"{table.name}: these columns are missing or too many: {row.keys() ^ table.columns.keys()}"
            )
        super().put(table, row)

    def write(self) -> None:
        """Write the changes, with at most three statements per table.

        Raises `RefusedError` when the database refuses the values: then nothing of the transaction is stored.
        """
        for table in self._held:
            try:
                write(self.cursor, VIEWS, table, self)
            except Exception as error:
                owner = self._owners.get(table)
                if is_timeout(error):
                    raise TimedOutError(owner) from error
                if trouble_of(error) is Trouble.AWAY:
                    raise
                raise RefusedError(owner) from error

    def undo(self) -> None:
        """Roll back; the ranges that were read before are read again, since some of their rows are no longer held."""
        super().undo()
        self._asked.clear()
        self._covered.clear()

    def _admit(self, table: Table, keys: Iterable[Key], found: list[Row]) -> None:
        held = self._held[table]
        for key in keys:
            held.admit(held.place_of_key(key), None)
        for row in found:
            held.admit(held.place_of_row(row), row)


def _is_enough(held: Ordered, group: OrderKey, stretch: Stretch, asked: Stretch, limit: int, *, last: bool) -> bool:
    """Whether a range holds all that is asked for, or as many rows as wanted."""
    if stretch[0] <= asked[0] and asked[1] <= stretch[1]:
        return True
    low, high = max(stretch[0], asked[0]), min(stretch[1], asked[1])
    return len(held.span(group, low, high, limit, last=last)) >= limit


def write(cursor: Cursor, schema: str, table: Table, rows: MemoryRows, but: Collection[Place] = ()) -> None:
    """Write the changes of one table, without the rows at the places `but`."""
    changes = rows.changes(table, but)
    if changes.deleted:
        store.delete(cursor, schema, table, changes.deleted)
    if changes.written:
        store.upsert(cursor, schema, table, changes.written)
    if changes.added:
        store.insert(cursor, schema, table, changes.added)
    rows.settle(table)
