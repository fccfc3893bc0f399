"""Ends of work orders: the visits that are not over are cancelled in the same commit."""

from __future__ import annotations

from domain.recording.unit_of_work import Work
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder


def close_order(work: Work, order: WorkOrder, seen: int | None = None) -> list[Visit]:
    """Close a work order; the visits that end with it. `seen` is the position up to which the author had read."""
    order.close(seen)
    return _ended(work, order, None)


def cancel_order(work: Work, order: WorkOrder, reason: str) -> list[Visit]:
    """Cancel a work order for a reason in words; the visits that end with it, for the same reason."""
    order.cancel(reason)
    return _ended(work, order, reason)


def _ended(work: Work, order: WorkOrder, reason: str | None) -> list[Visit]:
    ids = sorted(work.visits_of(order.id))
    work.preload(ids)
    visits = [visit for id in ids if (visit := work.find(Visit, id)) is not None and not visit.is_over()]
    for visit in visits:
        end_with(order, visit, reason)
    return visits


def end_with(order: WorkOrder, visit: Visit, reason: str | None = None) -> None:
    """Cancel a visit that is not over because its order has ended."""
    visit.cancel(reason, ended_with="work_order_cancelled" if order.is_cancelled() else "work_order_closed")
