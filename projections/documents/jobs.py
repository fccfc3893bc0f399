"""Which events concern the documents of work orders and visits, and who has these."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.topics import events_of
from domain.visit import Visit
from domain.work_order import WorkOrder
from projections.documents.discrepancy import share_anew
from projections.documents.due import Due, Share
from projections.documents.entry import Why
from projections.documents.kind import Kind
from projections.documents.slices import SLICES, after, is_ended, shares, slice_of
from projections.documents.work_order import body
from projections.projection import Rows
from projections.table import Key, Row, Table
from projections.visits import VISITS
from projections.work_order_facts import order_of
from projections.work_orders import WORK_ORDERS
from store.recorded import Recorded

_REPAIR = frozenset(
    {
        "work_order.completed",
        "work_order.cannot_complete",
        "work_order.reopened",
        "work_order.cancelled",
        "work_order.diagnosed",
        "work_order.fact_corrected",
        "stock.moved",
    }
)
"""What may change how an order reads as an earlier repair of its machine."""


def _job(due: Due, event: Recorded, rows: Rows) -> None:
    """Something about an order or one of its visits, and perhaps about who has them."""
    id = order_of(event)
    order = rows.get(WORK_ORDERS, id) if id is not None else None
    if order is None:
        return
    before = slice_of(rows, order["id"])
    now = after(event, rows, before, order)
    had = has = shares(before)
    if now != before:
        rows.put(SLICES, now)
        has = shares(now)
        why: Why = "closed" if is_ended(order) else "reassigned"
        due.withdraw(event, rows, had - has, why)
        if now["technicians"] != before["technicians"]:
            share_anew(due, event, rows, order["id"], why)
    due.mark(event, rows, [share for share in has if _concerns(event, share) or share not in had])
    if order["equipment"] is not None and event.topic in _REPAIR:
        _mark(due, event, rows, rows.where(WORK_ORDERS, equipment=order["equipment"]))


def _concerns(event: Recorded, share: Share) -> bool:
    return share.type == "work_order" or share.id == str(event.stream)


def _customer(due: Due, event: Recorded, rows: Rows) -> None:
    _mark(due, event, rows, rows.where(WORK_ORDERS, customer=event.stream))


def _site(due: Due, event: Recorded, rows: Rows) -> None:
    orders = rows.where(WORK_ORDERS, customer=event.stream)
    _mark(due, event, rows, [order for order in orders if order["site"] == event.data.site])


def _equipment(due: Due, event: Recorded, rows: Rows) -> None:
    _mark(due, event, rows, rows.where(WORK_ORDERS, equipment=event.stream))


def _mark(due: Due, event: Recorded, rows: Rows, orders: Iterable[Row]) -> None:
    for order in orders:
        if not is_ended(order):
            technicians = slice_of(rows, order["id"])["technicians"]
            due.mark(event, rows, [Share(UUID(each), "work_order", str(order["id"])) for each in technicians])


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.topic in _JOB:
        order = order_of(event)
        if order is not None:
            yield SLICES, (order,)
            yield WORK_ORDERS, (order,)
        if event.topic.startswith("visit."):
            yield VISITS, (event.stream,)


_JOB = frozenset({*events_of(WorkOrder), *events_of(Visit), "stock.moved"})
JOB = Kind(
    "work_order",
    body,
    {
        **dict.fromkeys(_JOB, _job),
        **dict.fromkeys(("customer.changed", "customer.erased"), _customer),
        **dict.fromkeys(("customer.site_added", "customer.site_changed"), _site),
        **dict.fromkeys(("equipment.registered", "equipment.warranty_set"), _equipment),
    },
    _touches,
)
