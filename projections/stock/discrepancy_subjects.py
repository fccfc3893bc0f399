"""The subjects of discrepancies that an event may open, change or close, determined before any search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from domain.care.survey import Survey
from domain.kernel.envelope import CLOCK_TOLERANCE
from domain.recording.recorded import Recorded
from domain.stock.discrepancy_kinds import OF_SERIALS
from domain.stock.part import Part
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from domain.work.late_work import LATE_WORK, late_work
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import Status
from projections.access.device_row import DEVICES
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.stock.discrepancies_of_units import of_lots, of_units
from projections.stock.discrepancy_row import Subject
from projections.stock.locations import must_not_be_negative
from projections.stock.parts import PARTS
from projections.stock.serials import SERIALS, serials_of
from projections.stock.stock import STOCK
from projections.stock.stock_lines import COUNTED
from projections.work.work_order_facts import order_of
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_order_uses import used_elsewhere

FACTS = (
    WorkOrder.Diagnosed.TOPIC,
    WorkOrder.LabourRecorded.TOPIC,
    WorkOrder.NoteAdded.TOPIC,
    WorkOrder.PhotoAttached.TOPIC,
    WorkOrder.Completed.TOPIC,
    WorkOrder.CompletionReported.TOPIC,
    WorkOrder.CannotComplete.TOPIC,
    WorkOrder.CannotCompleteReported.TOPIC,
    Visit.Accepted.TOPIC,
    Visit.TravelStarted.TOPIC,
    Visit.Arrived.TOPIC,
    Visit.Paused.TOPIC,
    Visit.Resumed.TOPIC,
    Visit.Done.TOPIC,
    Visit.NotDone.TOPIC,
    Visit.Signed.TOPIC,
    Survey.Answered.TOPIC,
)
"""The facts that technicians report about a work order, beside movements."""

CORRECTIONS = (WorkOrder.FactCorrected.TOPIC, Visit.FactCorrected.TOPIC)
COMPLETIONS = (WorkOrder.Completed.TOPIC, WorkOrder.CompletionReported.TOPIC, WorkOrder.Reopened.TOPIC, *CORRECTIONS)


def subjects(event: Recorded, rows: Rows) -> Iterator[Subject]:
    """The subjects that this event concerns, after the views that it needs have folded it."""
    envelope = event.envelope
    ahead = envelope.claimed_at is not None and envelope.claimed_at > event.recorded_at + CLOCK_TOLERANCE
    if envelope.device and (ahead or envelope.clock == "behind"):
        yield Subject("clock_suspect", (envelope.device,))
    for concerned in _CONCERNED.get(event.topic, ()):
        yield from concerned(event, rows)


def author(event: Recorded, rows: Rows) -> UUID | None:
    """The technician who recorded it."""
    named: UUID | None = getattr(event.data, "technician", None)
    if named is None and event.envelope.device is not None:
        device = rows.get(DEVICES, event.envelope.device)
        named = device["technician"] if device else None
    return named


def _order(event: Recorded, rows: Rows) -> Row | None:
    order = order_of(event)
    return rows.get(WORK_ORDERS, order) if order is not None else None


def _late_work(event: Recorded, rows: Rows) -> Iterator[Subject]:
    """A device's fact about an order that is assigned to somebody else by now, or was cancelled."""
    order, technician = _order(event, rows), author(event, rows)
    if order is None or technician is None or event.envelope.device is None:
        return
    for kind in late_work(technician, assigned=order["technician"], cancelled=order["status"] == Status.CANCELLED):
        yield Subject(kind, (order["id"], technician))


def _taken_back(event: Recorded, rows: Rows) -> Iterator[Subject]:
    """The subjects of a corrected fact, which may have been the only thing that did not fit."""
    order, technician = _order(event, rows), author(event, rows)
    if order is not None and technician is not None:
        for kind in LATE_WORK:
            yield Subject(kind, (order["id"], technician))


def _completed(event: Recorded, rows: Rows) -> Iterator[Subject]:
    order = _order(event, rows)
    if order is None:
        return
    tellings = order["counts"].get("completions", 0) + order["counts"].get("reported", 0)
    if tellings > 1 or event.topic in CORRECTIONS:
        yield Subject("duplicate_completion", (order["id"],))


def _moved(event: Recorded[StockMovement.Moved], rows: Rows) -> Iterator[Subject]:
    data = event.data
    for location, quantity in ((data.from_, -data.quantity), (data.to, data.quantity)):
        row = rows.get(STOCK, location, data.part)
        after = row["on_hand"] if row else 0
        if min(after, after - quantity) < 0 and must_not_be_negative(rows, location):
            yield Subject("negative_book", (location, data.part))
    if rows.get(PARTS, data.part) is None:
        yield Subject("unknown_part", (data.part,))
    if data.work_order is not None:
        device = event.envelope.device
        if data.kind == "correction" or used_elsewhere(rows, data.work_order, data.part, device):
            yield Subject("possible_double_use", (data.work_order, data.part))
        yield from (_taken_back if data.kind == "correction" else _late_work)(event, rows)


def _named(event: Recorded[StockMovement.Moved], rows: Rows) -> Iterator[Subject]:
    """The subjects of each serial that may not fit now, or did not before this event; none for untracked parts."""
    for serial in serials_of(event):
        row = rows.get(SERIALS, event.data.part, serial)
        if row is not None and row["tracked"]:
            yield from _of_serial(row)


def _of_serial(row: Row) -> Iterator[Subject]:
    for kind in OF_SERIALS:
        yield Subject(kind, (row["part"],), row["serial"])


def _tracked(event: Recorded[Part.Registered | Part.Revised], rows: Rows) -> Iterator[Subject]:
    """The subjects of each unit of a part when its tracking begins or ends."""
    if event.data.tracking == "serial" or event.topic == Part.Revised.TOPIC:
        for row in rows.where(SERIALS, part=event.stream, tracking_changed=event.position):
            yield from _of_serial(row)


def _anchored(event: Recorded[StockCount.Approved], rows: Rows) -> Iterator[Subject]:
    lines = rows.where(COUNTED, of_count=event.stream, approved_in=event.position)
    for location, part in sorted({(line["location"], line["part"]) for line in lines}):
        if must_not_be_negative(rows, location):
            yield Subject("negative_book", (location, part))


def _registered(event: Recorded[Part.Registered], _: Rows) -> Iterator[Subject]:
    yield Subject("unknown_part", (event.stream,))


_Concerned = Callable[[Recorded, Rows], Iterable[Subject]]
_CONCERNED: dict[str, list[_Concerned]] = {
    StockMovement.Moved.TOPIC: [_moved, _named, of_units, of_lots],
    StockCount.LineCounted.TOPIC: [of_units],
    StockCount.Approved.TOPIC: [_anchored],
    Part.Registered.TOPIC: [_registered, _tracked, of_units, of_lots],
    Part.Revised.TOPIC: [_tracked, of_lots],
}
for _topics, _concerned in ((FACTS, _late_work), (CORRECTIONS, _taken_back), (COMPLETIONS, _completed)):
    for _topic in _topics:
        _CONCERNED.setdefault(_topic, []).append(_concerned)
