"""Slices: which technicians have a work order and its visits on their devices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.work.visit import Visit
from domain.work.visit_status import OVER
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import FINAL
from projections.documents.due import Share
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table
from projections.work.visit_row import VISITS

SLICES = Table(
    "device_slices",
    {
        "work_order": "uuid NOT NULL",
        "technicians": "json NOT NULL",
        "shared": "boolean NOT NULL",
        "visits": "bigint NOT NULL",
        "customer": "uuid NOT NULL",
        "site": "uuid",
        "equipment": "uuid",
    },
    key=("work_order",),
    indexes=(("customer", "site", "shared"), ("customer", "shared"), ("equipment", "shared")),
)
"""`technicians` have the order on their devices; it is `shared` while there are any. `visits` is their number."""

ORDER_VISITS = Table(
    "device_visits",
    {
        "work_order": "uuid NOT NULL",
        "visit": "uuid NOT NULL",
        "technician": "uuid",
        "over": "boolean NOT NULL",
        "helps": "boolean NOT NULL",
        "window_start": "timestamptz NOT NULL",
    },
    key=("work_order", "visit"),
    indexes=(("work_order", "window_start", "visit"), ("work_order", "helps")),
)
"""A visit `helps` when the office assigned it to its technician after the last assignment of the order."""

HELPERS = Table(
    "device_helpers",
    {"work_order": "uuid NOT NULL", "technician": "uuid NOT NULL", "visits": "bigint NOT NULL"},
    key=("work_order", "technician"),
)
"""The number of unfinished visits with which a technician helps."""

_GIVING: Final = (Visit.Planned.TOPIC, Visit.Dispatched.TOPIC, Visit.Accepted.TOPIC)
_BY_WINDOW: Final = Order(("work_order",), ("window_start", "visit"))


def slice_of(rows: Rows, order: Row) -> Row:
    """The current slice."""
    same = {name: order[name] for name in ("customer", "site", "equipment")}
    unshared = {"work_order": order["id"], "technicians": [], "shared": False, "visits": 0}
    return rows.get(SLICES, order["id"]) or same | unshared


def technicians_of(rows: Rows, order: UUID) -> list[str]:
    """The technicians who have the order on their devices."""
    found = rows.get(SLICES, order)
    technicians: list[str] = found["technicians"] if found else []
    return technicians


def after(event: Recorded, rows: Rows, before: Row, order: Row) -> Row:
    """The slice after an event about its order or one of its visits, which the order's row includes already."""
    if event.topic == WorkOrder.Assigned.TOPIC:
        for visit in rows.where(ORDER_VISITS, work_order=order["id"], helps=True):
            _put(rows, visit, visit | {"helps": False})
    visit_row = rows.get(VISITS, event.stream) if event.topic.startswith("visit.") else None
    if visit_row is not None:
        known = rows.get(ORDER_VISITS, order["id"], event.stream)
        share = {"technician": visit_row["technician"], "over": visit_row["status"] in OVER}
        share |= {"helps": _helps(event, known, visit_row["technician"]), "window_start": visit_row["window_start"]}
        _put(rows, known, {"work_order": order["id"], "visit": event.stream} | share)
        before = before | {"visits": before["visits"] + (known is None)}
    technicians = _technicians(rows, order)
    return before | {"technicians": technicians, "shared": bool(technicians)}


def _helps(event: Recorded, known: Row | None, technician: UUID | None) -> bool:
    """Whether the office assigns a visit to this technician by this event, or has before.

    An acceptance recorded by the office counts as well; one from a device does not.
    """
    if known is not None and known["helps"] and known["technician"] == technician:
        return True
    decides = event.envelope.device is None and event.topic in _GIVING
    return decides and technician is not None and technician == event.data.technician


def _put(rows: Rows, before: Row | None, visit: Row) -> None:
    """Store a visit, and update the number of visits with which its technicians help."""
    rows.put(ORDER_VISITS, visit)
    for row, by in ((before, -1), (visit, 1)):
        if row is not None and row["helps"] and not row["over"] and row["technician"] is not None:
            known = rows.get(HELPERS, row["work_order"], row["technician"])
            visits = (known["visits"] if known else 0) + by
            if visits:
                share = {"work_order": row["work_order"], "technician": row["technician"], "visits": visits}
                rows.put(HELPERS, share)
            else:
                rows.delete(HELPERS, row["work_order"], row["technician"])


def _technicians(rows: Rows, order: Row) -> list[str]:
    """The technician of the order, and those of unfinished visits who help; nobody once the order has ended."""
    if is_ended(order):
        return []
    helpers = [row["technician"] for row in rows.where(HELPERS, work_order=order["id"])]
    return sorted({str(each) for each in (order["technician"], *helpers) if each is not None})


def is_ended(order: Row) -> bool:
    """Closed or cancelled."""
    return order["status"] in FINAL


def shares(order: UUID, technicians: Iterable[str], visits: Iterable[Row]) -> set[Share]:
    """The order and those of its visits that are the technician's or unassigned, for each of its technicians."""
    some = list(visits)
    found = set()
    for technician in map(UUID, technicians):
        found.add(Share(technician, "work_order", str(order)))
        for visit in some:
            if visit["technician"] in (technician, None):
                found.add(Share(technician, "visit", str(visit["visit"])))
    return found


def visits_of(rows: Rows, order: UUID) -> list[Row]:
    """All visits of an order."""
    return rows.where(ORDER_VISITS, work_order=order)


def newest_visits(rows: Rows, order: UUID, limit: int) -> list[UUID]:
    """The last visits of an order by the begin of their windows, first to last."""
    found = rows.span(ORDER_VISITS, _BY_WINDOW, (order,), limit=limit, last=True)
    return [row["visit"] for row in reversed(found)]
