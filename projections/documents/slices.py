"""Whose a work order is: which technicians have it and its visits on their devices."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.visit_status import OVER
from domain.work_order_status import FINAL
from projections.documents.due import Share
from projections.projection import Rows
from projections.table import Row, Table
from projections.visits import VISITS
from store.recorded import Recorded

SLICES = Table(
    "device_slices",
    {
        "work_order": "uuid NOT NULL",
        "technicians": "json NOT NULL",
        "visits": "json NOT NULL",
        "discrepancies": "json NOT NULL",
    },
    key=("work_order",),
)
"""`technicians` have the order on their devices. `visits` are {"technician", "over", "helps"} by id.

A visit `helps` when the office gave it to its technician after the order was given to whoever has it: what a device
tells never makes one help. `discrepancies` are the ids of those that the order has or once had.
"""


_GIVING = ("visit.planned", "visit.dispatched", "visit.accepted")


def slice_of(rows: Rows, order: UUID) -> Row:
    """The slice as it stands."""
    return rows.get(SLICES, order) or {"work_order": order, "technicians": [], "visits": {}, "discrepancies": []}


def after(event: Recorded, rows: Rows, before: Row, order: Row) -> Row:
    """The slice after an event about its order, whose row knows the event already."""
    visits: dict[str, Any] = before["visits"]
    if event.topic == "work_order.assigned":
        visits = {id: visit | {"helps": False} for id, visit in visits.items()}
    visit = rows.get(VISITS, event.stream) if event.topic.startswith("visit.") else None
    if visit is not None:
        known = visits.get(str(event.stream), {"helps": False, "technician": None})
        told = {"technician": _text(visit["technician"]), "over": visit["status"] in OVER}
        kept = known["helps"] and known["technician"] == told["technician"]
        visits = visits | {str(event.stream): told | {"helps": kept or _gives(event, visit["technician"])}}
    return before | {"visits": visits, "technicians": _technicians(order, visits)}


def _gives(event: Recorded, technician: UUID | None) -> bool:
    """Whether the office gives a visit to this technician by this event, or was told that they have accepted it."""
    decides = event.envelope.device is None and event.topic in _GIVING
    return decides and technician is not None and technician == event.data.technician


def _technicians(order: Row, visits: dict[str, Any]) -> list[str]:
    """Whoever has the order, and who helps with a visit that is not over; nobody once the order has ended."""
    if is_ended(order):
        return []
    helpers = [visit["technician"] for visit in visits.values() if visit["helps"] and not visit["over"]]
    return sorted({technician for technician in (_text(order["technician"]), *helpers) if technician is not None})


def is_ended(order: Row) -> bool:
    """Closed or cancelled."""
    return order["status"] in FINAL


def shares(one: Row) -> set[Share]:
    """The order and those of its visits that are the technician's or nobody's, for each of its technicians."""
    found = set()
    for technician in one["technicians"]:
        found.add(Share(UUID(technician), "work_order", str(one["work_order"])))
        for id, visit in one["visits"].items():
            if visit["technician"] in (technician, None):
                found.add(Share(UUID(technician), "visit", id))
    return found


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
