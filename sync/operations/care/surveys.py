"""The operation on surveys: the rating that a customer gives on site."""

from __future__ import annotations

from domain.care.survey import Survey
from domain.work.work_order import WorkOrder
from sync.operations.care.shapes import SatisfactionRecorded
from sync.operations.handler import Handler, fact
from sync.outcome import Context, Outcome


@fact("satisfaction_recorded", SatisfactionRecorded)
def satisfaction_recorded(context: Context, data: SatisfactionRecorded) -> Outcome:
    """The rating that the customer gives on site."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    survey = Survey.record_asked(
        id=context.derived_id("survey"),
        customer=order.customer,
        case=order.case,
        work_order=order.id,
        csat=data.csat,
        solved=data.solved,
        comment=data.comment,
    )
    return Outcome((survey,), context.misfits(order), order.case)


HANDLERS: tuple[Handler, ...] = (satisfaction_recorded,)
