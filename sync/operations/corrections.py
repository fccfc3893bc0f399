"""Correcting an own earlier fact by a further event; the first one stays on record."""

from __future__ import annotations

from uuid import UUID

from commands.stock.correcting import correct
from domain.recording.order_ends import end_with
from domain.stock.stock_movement import StockMovement
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from sync.operations.handler import Handler, fact
from sync.operations.shapes import FactCorrected
from sync.outcome import Context, Outcome
from sync.problems import UnknownReference


@fact("fact_corrected", FactCorrected)
def corrected(context: Context, data: FactCorrected) -> Outcome:
    """Reverse a movement, or mark a fact about a visit or work order as retracted.

    Raises `UnknownReference` for anything that this technician's devices have not recorded.
    """
    outcome = _reversed(context, data) or _taken_back(context, data)
    if outcome is None:
        raise UnknownReference("There is no earlier operation of this technician that could be corrected.")
    return outcome


def _reversed(context: Context, data: FactCorrected) -> Outcome | None:
    movement = context.work.find(StockMovement, data.operation)
    if movement is None or not any(stream == movement.id for stream, _ in context.earlier(data.operation)):
        return None
    case: UUID | None = movement.moved.get("case")
    changed = correct(context.work, movement.id, reason="fact_corrected")
    return Outcome(tuple(changed.others), (), case)  # a second correction changes nothing


def _taken_back(context: Context, data: FactCorrected) -> Outcome | None:
    for stream, topic in context.earlier(data.operation):
        order = context.work.find(WorkOrder, stream)
        if order is not None:
            order.record_correction(operation=data.operation, fact=topic, reason=data.reason)
            return Outcome((order,), context.misfits(order), order.case)
        visit = context.work.find(Visit, stream)
        if visit is not None:
            visit.record_correction(
                operation=data.operation, fact=topic, reason=data.reason, technician=context.technician
            )
            ended = context.work.find(WorkOrder, visit.work_order)
            if ended is not None and ended.is_final() and not visit.is_over():
                end_with(ended, visit)  # the end of the work order ends the visit too
            return Outcome((visit,))
    return None


HANDLERS: tuple[Handler, ...] = (corrected,)
