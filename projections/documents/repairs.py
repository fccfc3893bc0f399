"""The work orders of a machine that are shown as its earlier repairs, latest first."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

REPAIRS = Table(
    "device_repairs",
    {"work_order": "uuid NOT NULL", "equipment": "uuid NOT NULL", "finished_at": "timestamptz NOT NULL"},
    key=("work_order",),
    indexes=(("equipment", "finished_at", "work_order"),),
)
"""One row per order with an outcome that was not cancelled."""

_LATEST: Final = Order(("equipment",), ("finished_at", "work_order"))


def is_repair(order: Row) -> bool:
    """Whether an order has an outcome and was not cancelled."""
    return order["finished_at"] is not None and order["status"] != "cancelled"


def note(rows: Rows, order: Row) -> None:
    """Update the row of an order."""
    if order["equipment"] is None:
        return
    if is_repair(order):
        known = {"work_order": order["id"], "equipment": order["equipment"], "finished_at": order["finished_at"]}
        rows.put(REPAIRS, known)
    else:
        rows.delete(REPAIRS, order["id"])


def latest(rows: Rows, equipment: UUID, besides: UUID, limit: int) -> list[UUID]:
    """The last repairs of a machine, without the order `besides`, the latest first."""
    found = rows.span(REPAIRS, _LATEST, (equipment,), limit=limit + 1, last=True)
    return [row["work_order"] for row in found if row["work_order"] != besides][:limit]
