"""A view that a test makes fail, one that depends on it, and an independent one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Table
from store.log import EventLog

NARROW = Table(
    "narrow", {"part": "uuid NOT NULL", "times": "bigint NOT NULL", "label": "text NOT NULL"}, ("part",), (("label",),)
)
WIDE = Table("wide", {"position": "bigint NOT NULL", "labels": "bigint NOT NULL"}, ("position",))
MOVED = "SELECT position FROM log.events WHERE topic = 'stock.moved' ORDER BY position"
LONG = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(4_000))


class Narrow(Projection):
    """A view that a test makes fail: `spoil` gives fields that are written over the row of the event at a position."""

    name: ClassVar[str] = "narrow"
    tables: ClassVar[tuple[Table, ...]] = (NARROW,)
    spoil: Callable[[int], Any] = staticmethod(lambda _: None)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        row = rows.get(NARROW, event.data.part) or {"part": event.data.part, "times": 0, "label": "fine"}
        row = row | {"times": row["times"] + 1}
        rows.put(NARROW, row)
        row |= type(self).spoil(event.position) or {}
        rows.put(NARROW, row)


class Wide(Projection):
    """A view that needs the failing one."""

    name: ClassVar[str] = "wide"
    tables: ClassVar[tuple[Table, ...]] = (WIDE,)
    needs: ClassVar[tuple[Projection, ...]] = (Narrow(),)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        row = rows.get(NARROW, event.data.part)
        rows.put(WIDE, {"position": event.position, "labels": row["times"] if row else 0})


class Apart(Projection):
    """A view that does not need the failing one."""

    name: ClassVar[str] = "apart"
    tables: ClassVar[tuple[Table, ...]] = (Table("apart", {"position": "bigint NOT NULL"}, ("position",)),)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        rows.put(self.tables[0], {"position": event.position})


ALL: tuple[Projection, ...] = (Narrow(), Wide(), Apart())
REFUSALS: dict[str, Any] = {
    "a number that is too large": {"times": 2**63},
    "a text that no index holds": {"label": LONG},
    "nothing where something must be": {"label": None},
    "a number that cannot be written down": {"times": 2**70},
}


def parked(views: EventLog) -> list[tuple[str, int, str]]:
    return views.pool.fetch_all("SELECT view, position, because FROM log.parked_events ORDER BY view, position")


def give_trouble(monkeypatch: pytest.MonkeyPatch, bad: dict[int, Any]) -> None:
    monkeypatch.setattr(Narrow, "spoil", staticmethod(bad.get))
