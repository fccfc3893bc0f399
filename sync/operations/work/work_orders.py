"""Operations on work orders: diagnoses, labour, notes, photos, completion, ratings."""

from __future__ import annotations

from commands.work import work_orders as commands
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import Status
from sync.notices import Notice, notice
from sync.operations.handler import Handler, fact, request
from sync.operations.shapes import OfOrder
from sync.operations.work.shapes import (
    CannotComplete,
    Diagnosed,
    LabourRecorded,
    NoteAdded,
    PhotoTaken,
    WorkCompleted,
)
from sync.outcome import Context, Outcome


def _about(context: Context, order: WorkOrder, *notices: Notice) -> Outcome:
    return Outcome((order,), (*context.misfits(order), *notices), order.case)


@fact("diagnosed", Diagnosed)
def diagnosed(context: Context, data: Diagnosed) -> Outcome:
    """The diagnosis."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    commands.diagnose(
        context.work, order.id, problem=data.problem, cause=data.cause, remedy=data.remedy, note=data.note
    )
    return _about(context, order)


@fact("labour_recorded", LabourRecorded)
def labour_recorded(context: Context, data: LabourRecorded) -> Outcome:
    """Working time."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    commands.record_labour(context.work, order.id, minutes=data.minutes, kind=data.kind, technician=context.technician)
    return _about(context, order)


@fact("note_added", NoteAdded)
def note_added(context: Context, data: NoteAdded) -> Outcome:
    """A note."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    commands.add_note(context.work, order.id, data.text)
    return _about(context, order)


@fact("photo_taken", PhotoTaken)
def photo_taken(context: Context, data: PhotoTaken) -> Outcome:
    """A picture; its bytes are uploaded separately."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    order.record_photo(sha256=data.sha256, size=data.size, media_type=data.media_type)
    return _about(context, order)


@fact("work_completed", WorkCompleted)
def work_completed(context: Context, data: WorkCompleted) -> Outcome:
    """The work is done; a second completion is recorded too, with a notice."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    twice = notice("duplicate_completion", {"work_order": order.id})
    notices = (twice,) if order.status in {Status.COMPLETED, Status.CLOSED} else ()
    before = context.misfits(order)
    order.record_completion(technician=context.technician, fixed=data.fixed, remedy=data.remedy)
    return Outcome((order,), (*before, *notices), order.case)


@fact("cannot_complete", CannotComplete)
def cannot_complete(context: Context, data: CannotComplete) -> Outcome:
    """The work cannot be done."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    before = context.misfits(order)
    order.record_cannot_complete(technician=context.technician, reason=data.reason)
    return Outcome((order,), before, order.case)


@request("close_work_order", OfOrder)
def close(context: Context, data: OfOrder) -> Outcome:
    """End a finished own work order for good, and the visits that are still open with it."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    context.must_own(order)
    return Outcome.of(commands.close(context.work, order.id, seen=context.seen), order.case)


HANDLERS: tuple[Handler, ...] = (
    diagnosed,
    labour_recorded,
    note_added,
    photo_taken,
    work_completed,
    cannot_complete,
    close,
)
