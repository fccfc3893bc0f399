"""Commands about work orders: decisions of the office, and facts that it records for a technician."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from commands.running.changed import Changed
from commands.running.simple import on
from domain.recording.order_ends import cancel_order, close_order
from domain.recording.unit_of_work import Work
from domain.stock.part import Part
from domain.work.technician import Technician, TechnicianIsDeactivated
from domain.work.work_order import WorkOrder

diagnose = on(WorkOrder, WorkOrder.record_diagnosis)
hold = on(WorkOrder, WorkOrder.hold)
resume = on(WorkOrder, WorkOrder.resume)
record_labour = on(WorkOrder, WorkOrder.record_labour)
complete = on(WorkOrder, WorkOrder.complete)
cannot_complete = on(WorkOrder, WorkOrder.cannot_complete)
reopen = on(WorkOrder, WorkOrder.reopen)
add_note = on(WorkOrder, WorkOrder.record_note)


def assign(work: Work, id: UUID, *, technician: UUID) -> WorkOrder:
    """Assign it to a technician, perhaps instead of another; raises `TechnicianIsDeactivated`."""
    order = work.get(WorkOrder, id)
    if not work.get(Technician, technician).is_active():
        raise TechnicianIsDeactivated
    order.assign(technician)
    return order


def require_part(work: Work, id: UUID, *, part: UUID, quantity: Decimal, why: str | None = None) -> WorkOrder:
    """Add a required part of the catalogue, in its unit."""
    order = work.get(WorkOrder, id)
    work.get(Part, part)
    order.require_part(part=part, quantity=quantity, why=why)
    return order


def close(work: Work, id: UUID, *, seen: int | None = None) -> Changed:
    """Close a finished work order; its visits that are not over are cancelled with it.

    `seen` is the position up to which the author had read, None for all of it.
    """
    order = work.get(WorkOrder, id)
    return Changed(order, close_order(work, order, seen))


def cancel(work: Work, id: UUID, *, reason: str) -> Changed:
    """Cancel the work, for a reason in words; its visits that are not over are cancelled with it."""
    order = work.get(WorkOrder, id)
    return Changed(order, cancel_order(work, order, reason))
