"""The document of a discrepancy: for the technicians whose job, van or fact it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.discrepancy import discrepancy_id
from domain.stock.discrepancy_kinds import DiscrepancyKind
from domain.stock.location import Location
from domain.stock.stock_movement import StockMovement
from domain.topics import EVENT_CLASSES
from projections.access.device_row import DEVICES
from projections.documents.due import Due, Share
from projections.documents.entry import Body, Why
from projections.documents.kind import Kind
from projections.documents.slices import technicians_of
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table
from projections.stock.discrepancies import concerned
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.discrepancy_subjects import COMPLETIONS
from projections.stock.locations import LOCATIONS
from projections.work.work_order_facts import order_of

HOLDERS = Table(
    "device_discrepancies",
    {"discrepancy": "uuid NOT NULL", "technicians": "json NOT NULL"},
    key=("discrepancy",),
)
"""The technicians who have it on their devices."""


class DiscrepancyDocument(TypedDict):
    """What does not fit; `refs` are what it is about, by name."""

    id: UUID
    kind: DiscrepancyKind
    status: str
    opened_at: datetime
    refs: dict[str, str]
    detail: str
    owner: UUID | None


def body(rows: Rows, id: str) -> Body | None:
    """What does not fit, since when, and whether it is settled."""
    row = rows.get(DISCREPANCIES, UUID(id))
    same = ("id", "kind", "status", "opened_at", "refs", "detail", "owner")
    return None if row is None else {name: row[name] for name in same}


def update_shares(due: Due, event: Recorded, rows: Rows, order: UUID, why: Why) -> None:
    """Withdraw and mark the discrepancies of an order after its technicians changed."""
    for row in rows.where(DISCREPANCIES, work_order=order):
        _share(due, event, rows, row["id"], why, changed=False)


def _changed(due: Due, event: Recorded, rows: Rows) -> None:
    why: Why = "van_handed_over" if event.topic == Location.CustodyTaken.TOPIC else "closed"
    ids = concerned(event, rows)
    rows.preload((table, (id,)) for id in ids for table in (DISCREPANCIES, HOLDERS))
    for id in ids:
        _share(due, event, rows, id, why, changed=True)


def _share(due: Due, event: Recorded, rows: Rows, id: UUID, why: Why, *, changed: bool) -> None:
    row, known = rows.get(DISCREPANCIES, id), rows.get(HOLDERS, id)
    had = set(known["technicians"]) if known else set()
    has = {str(technician) for technician in _technicians(rows, row)} if row else set()
    if has != had:
        rows.put(HOLDERS, {"discrepancy": id, "technicians": sorted(has)})
    due.withdraw(event, rows, _of(id, had - has), why)
    due.mark(event, rows, _of(id, has if changed else has - had))


def _technicians(rows: Rows, row: Row) -> Iterable[UUID]:
    """The technicians with the order or van, those whose work or device it is, and those who recorded its events."""
    if row["technician"]:
        yield row["technician"]
    if row["work_order"]:
        yield from map(UUID, technicians_of(rows, row["work_order"]))
    location = rows.get(LOCATIONS, row["location"]) if row["location"] else None
    if location and location["custodian"]:
        yield location["custodian"]
    reporters = {each["device"] for each in row["events"] if each["device"]}
    for id in sorted({*map(UUID, reporters)} | ({row["device"]} if row["device"] else set())):
        device = rows.get(DEVICES, id)
        if device is not None:
            yield device["technician"]


def _of(id: UUID, technicians: Iterable[str]) -> list[Share]:
    return [Share(UUID(technician), "discrepancy", str(id)) for technician in technicians]


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    for id in _likely(event):
        yield DISCREPANCIES, (id,)
        yield HOLDERS, (id,)


def _likely(event: Recorded) -> Iterable[UUID]:
    """The discrepancies that an event concerns most often, for loading their rows."""
    if event.topic == StockMovement.Moved.TOPIC:
        data = event.data
        for location in (data.from_, data.to):
            yield discrepancy_id("negative_book", location, data.part)
        if data.work_order is not None:
            yield discrepancy_id("possible_double_use", data.work_order, data.part)
    elif event.topic in COMPLETIONS and (order := order_of(event)) is not None:
        yield discrepancy_id("duplicate_completion", order)


DISCREPANCY = Kind("discrepancy", DiscrepancyDocument, body, dict.fromkeys(EVENT_CLASSES, _changed), _touches)
