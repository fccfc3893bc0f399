"""Which events concern the documents of work orders and visits, and which technicians have these."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from domain.topics import events_of
from domain.work.equipment import Equipment
from domain.work.visit import Visit
from domain.work.visit_status import OVER, Status
from domain.work.work_order import WorkOrder
from projections.care.merges import entries_of
from projections.documents.due import Due, Share
from projections.documents.entry import Why
from projections.documents.kind import Kind
from projections.documents.kinds.discrepancy import update_shares
from projections.documents.repairs import note
from projections.documents.slices import ORDER_VISITS, SLICES, after, is_ended, shares, slice_of, visits_of
from projections.documents.work_order import body
from projections.documents.work_order_shape import WorkOrderDocument
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table
from projections.work.visit_row import VISITS
from projections.work.work_order_facts import order_of
from projections.work.work_order_row import WORK_ORDERS

_REPAIR = frozenset(
    {
        WorkOrder.Completed.TOPIC,
        WorkOrder.CannotComplete.TOPIC,
        WorkOrder.Reopened.TOPIC,
        WorkOrder.Cancelled.TOPIC,
        WorkOrder.Diagnosed.TOPIC,
        WorkOrder.FactCorrected.TOPIC,
        StockMovement.Moved.TOPIC,
    }
)
"""The events that may change an order's entry among the earlier repairs of its machine."""


def _job(due: Due, event: Recorded, rows: Rows) -> None:
    """An event about an order or one of its visits: mark its documents, and withdraw those of former technicians."""
    id = order_of(event)
    order = rows.get(WORK_ORDERS, id) if id is not None else None
    if order is None:
        return
    note(rows, order)
    had, has, technicians = _shared(event, rows, order)
    why: Why = "closed" if is_ended(order) else "reassigned"
    due.withdraw(event, rows, had - has, why, _ended(rows, order, had - has) if why == "closed" else None)
    if technicians:
        update_shares(due, event, rows, order["id"], why)
    due.mark(event, rows, [share for share in has if _concerns(event, share) or share not in had])
    if order["equipment"] is not None and event.topic in _REPAIR:
        _mark(due, event, rows, rows.where(SLICES, equipment=order["equipment"], shared=True))


def _shared(event: Recorded, rows: Rows, order: Row) -> tuple[set[Share], set[Share], bool]:
    """The documents shared before an event, those shared now, and whether the technicians of the order have changed.

    Of the visits only the one that the event is about, unless the technicians have changed.
    """
    before = slice_of(rows, order)
    visit = rows.get(ORDER_VISITS, order["id"], event.stream)
    now = after(event, rows, before, order)
    if now != before:
        rows.put(SLICES, now)
    changed = now["technicians"] != before["technicians"]
    others = [each for each in visits_of(rows, order["id"]) if each["visit"] != event.stream] if changed else []
    moved = rows.get(ORDER_VISITS, order["id"], event.stream)
    had = shares(order["id"], before["technicians"], [*others, *([visit] if visit else [])])
    has = shares(order["id"], now["technicians"], [*others, *([moved] if moved else [])])
    return had, has, changed


def _ended(rows: Rows, order: Row, gone: Iterable[Share]) -> dict[str, str]:
    """The final statuses of an order that has ended and of its visits; open visits count as cancelled."""
    ended: dict[str, str] = {str(order["id"]): order["status"]}
    for share in gone:
        visit = rows.get(VISITS, UUID(share.id)) if share.type == "visit" else None
        if visit is not None:
            ended[share.id] = visit["status"] if visit["status"] in OVER else Status.CANCELLED.value
    return ended


def _concerns(event: Recorded, share: Share) -> bool:
    return share.type == "work_order" or share.id == str(event.stream)


def _customer(due: Due, event: Recorded, rows: Rows) -> None:
    """The order documents of all entries of the customer show the surviving entry: mark them all."""
    for entry in sorted(entries_of(rows, event.stream)):
        _mark(due, event, rows, rows.where(SLICES, customer=entry, shared=True))


def _site(due: Due, event: Recorded[Customer.SiteAdded | Customer.SiteChanged], rows: Rows) -> None:
    for entry in sorted(entries_of(rows, event.stream)):
        _mark(due, event, rows, rows.where(SLICES, customer=entry, site=event.data.site, shared=True))


def _equipment(due: Due, event: Recorded, rows: Rows) -> None:
    _mark(due, event, rows, rows.where(SLICES, equipment=event.stream, shared=True))


def _mark(due: Due, event: Recorded, rows: Rows, slices: Iterable[Row]) -> None:
    for each in slices:
        order = str(each["work_order"])
        due.mark(event, rows, [Share(UUID(technician), "work_order", order) for technician in each["technicians"]])


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.topic in _JOB:
        order = order_of(event)
        if order is not None:
            yield SLICES, (order,)
            yield WORK_ORDERS, (order,)
            yield ORDER_VISITS, (order, event.stream)
        if event.topic.startswith("visit."):
            yield VISITS, (event.stream,)


_JOB = frozenset({*events_of(WorkOrder), *events_of(Visit), StockMovement.Moved.TOPIC})
JOB = Kind(
    "work_order",
    WorkOrderDocument,
    body,
    {
        **dict.fromkeys(_JOB, _job),
        **dict.fromkeys((Customer.Changed.TOPIC, Customer.Merged.TOPIC, Customer.Erased.TOPIC), _customer),
        **dict.fromkeys((Customer.SiteAdded.TOPIC, Customer.SiteChanged.TOPIC), _site),
        **dict.fromkeys(
            (Equipment.Registered.TOPIC, Equipment.WarrantySet.TOPIC, Equipment.WarrantyWithdrawn.TOPIC), _equipment
        ),
    },
    _touches,
)
