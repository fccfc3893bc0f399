"""Discrepancies in memory, by kind."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from domain.stock.discrepancy import Discrepancy
from domain.stock.discrepancy_kinds import RULES
from domain.stock.part import Part, PartName
from domain.work.work_order import WorkOrder
from projections.engine.table import Row
from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.stock import PART, places
from tests.support.work_orders import ANNA, BEN


class Office:
    """Views of a small company in memory, and the phones of its two technicians."""

    def __init__(self) -> None:
        self.views = ViewsInMemory(Discrepancies())
        places(self.views)
        self.anna, self.ben = Phone(1, ANNA), Phone(2, BEN)
        part = Part.register(id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece")
        self.views.record(part, self.anna.device, self.ben.device)

    def order(self, technician: Any = ANNA) -> WorkOrder:
        """A work order, assigned to Anna by default."""
        order = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4())
        if technician:
            order.assign(technician)
        self.views.record(order, at=later(-60))
        return order

    def found(self, kind: str | None = None) -> list[Row]:
        """The discrepancies of a kind."""
        return [row for row in self.views.all(DISCREPANCIES) if kind in (row["kind"], None)]

    def one(self, kind: str) -> Row:
        """The only discrepancy of a kind."""
        [row] = self.found(kind)
        return row

    def taken_up(self, row: Row) -> Discrepancy:
        """A new entity for the decisions about a discrepancy."""
        return Discrepancy.take_up(
            id=row["id"], kind=row["kind"], refs=tuple(row[name] for name in RULES[row["kind"]].about)
        )


def positions(row: Row) -> list[int]:
    """The positions of the events that cause a discrepancy."""
    return [event["position"] for event in row["events"]]
