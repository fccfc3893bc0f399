"""Which work orders of a machine are repairs that the next technician wants to know of, the latest first."""

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
"""One row an order that has come to an end which tells something."""

_LATEST: Final = Order(("equipment",), ("finished_at", "work_order"))


def is_repair(order: Row) -> bool:
    """Whether an order has come to an end that tells the next technician something."""
    return order["finished_at"] is not None and order["status"] != "cancelled"


def note(rows: Rows, order: Row) -> None:
    """This order stands otherwise now."""
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
