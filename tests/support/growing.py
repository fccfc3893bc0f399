"""One entity with more and more events, and what the views read and write for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson

from projections.catalogue import PROJECTIONS
from projections.engine.memory import MemoryRows
from projections.engine.table import Row, Table
from tests.support.memory_events import ViewsInMemory


class Work(NamedTuple):
    """The cost of folding some events: rows read, and bytes of rows read and written."""

    rows: int
    read: int
    written: int


class CountingRows(MemoryRows):
    """Rows that count what a fold reads and writes, each time that it does."""

    counting = False
    work = Work(0, 0, 0)

    def get(self, table: Table, *key: Any) -> Row | None:
        """The row, counted."""
        row = super().get(table, *key)
        self._count([row] if row is not None else [])
        return row

    def where(self, table: Table, **equal: Any) -> list[Row]:
        """The rows, counted."""
        rows = super().where(table, **equal)
        self._count(rows)
        return rows

    def span(self, *asked: Any, **bounds: Any) -> list[Row]:
        """The rows, counted."""
        rows = super().span(*asked, **bounds)
        self._count(rows)
        return rows

    def put(self, table: Table, row: Row) -> None:
        """Store a row, its bytes counted."""
        super().put(table, row)
        if self.counting:
            self.work = self.work._replace(written=self.work.written + size(row))

    def _count(self, rows: list[Row]) -> None:
        if self.counting and rows:
            read = self.work.read + sum(map(size, rows))
            self.work = self.work._replace(rows=self.work.rows + len(rows), read=read)

    def take(self) -> Work:
        """The counts since the last call."""
        counted, self.work = self.work, Work(0, 0, 0)
        return counted


def size(row: Row) -> int:
    """The bytes of a row as it is written."""
    return len(orjson.dumps(row, default=str))


class Growing:
    """All views in memory, rendered after each event."""

    def __init__(self) -> None:
        self.views = ViewsInMemory(*PROJECTIONS)
        self.rows = CountingRows(self.views.tables)
        self.views.rows = self.rows

    def measure(self, happen: Callable[[int], Any], events: int, windows: Iterable[int], width: int) -> list[Work]:
        """Call `happen` for each of so many events; the cost of `width` events from each of the `windows` on."""
        found = []
        starts = set(windows)
        for number in range(events):
            if number in starts:
                self.rows.counting = True
                self.rows.take()
            happen(number)
            if number + 1 - width in starts:
                found.append(self.rows.take())
                self.rows.counting = False
        return found
