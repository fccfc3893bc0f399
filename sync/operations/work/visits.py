"""Operations on visits: each step the technician takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from commands.work import visits as commands
from domain.kernel.instant import parse_instant
from domain.recording.unit_of_work import Work
from domain.work.visit import Visit
from domain.work.visit_events import NotDoneReason
from domain.work.work_order import WorkOrder
from sync.notices import Notice, notice
from sync.operations.handler import Handler, fact, request
from sync.operations.work.shapes import OfVisit, Signed, VisitDeclined, VisitNotDone, VisitRequested
from sync.outcome import Context, Outcome

_REASONS = get_args(NotDoneReason)


def _about(context: Context, visit: UUID) -> tuple[Visit, WorkOrder, tuple[Notice, ...]]:
    """The visit and its work order before a fact about them is recorded, and the notices about both."""
    found: Visit = context.require(Visit, visit)
    order: WorkOrder = context.require(WorkOrder, found.work_order)
    return found, order, context.visit_misfits(order, found)


def _step(name: str, command: Callable[[Work, UUID, UUID], Visit]) -> Handler:
    """The handler of a step whose data is a visit alone; `command` is that of the office."""

    @fact(name, OfVisit)
    def step(context: Context, data: OfVisit) -> Outcome:
        visit, order, notices = _about(context, data.visit)
        command(context.work, visit.id, context.technician)
        return Outcome((visit,), notices, order.case)

    return step


@fact("visit_accepted", OfVisit)
def accepted(context: Context, data: OfVisit) -> Outcome:
    """The technician will go; an unassigned visit becomes theirs only where its work order is theirs.

    An acceptance of a plan that has been changed since has no effect; a notice says so.
    """
    visit, order, notices = _about(context, data.visit)
    unasked = visit.technician is None and not order.assigned_to(context.technician)
    commands.accept(context.work, visit.id, context.technician, unasked=unasked)
    if not visit.plan_is_seen(context.seen):
        notices = (*notices, notice("earlier_plan", {"visit": visit.id}))
    return Outcome((visit,), notices, order.case)


def _split_reason(data: dict[str, Any]) -> dict[str, Any]:
    """Upcast of version 1, whose `reason` is a code or free text: text becomes `note`."""
    reason = data.get("reason")
    return data if reason in _REASONS or not isinstance(reason, str) else data | {"reason": "not_fixed", "note": reason}


@fact("visit_not_done", VisitNotDone, _split_reason)
def not_done(context: Context, data: VisitNotDone) -> Outcome:
    """The visit could not be done."""
    visit, order, notices = _about(context, data.visit)
    commands.not_done(context.work, visit.id, data.reason, technician=context.technician, note=data.note)
    return Outcome((visit,), notices, order.case)


@fact("signed", Signed)
def signed(context: Context, data: Signed) -> Outcome:
    """Somebody signed on site."""
    picture: dict[str, Any] = {"sha256": data.sha256, "size": data.size, "media_type": data.media_type}
    visit, order, notices = _about(context, data.visit)
    visit.record_signed(**picture, signer=data.signer, technician=context.technician)
    return Outcome((visit,), notices, order.case)


@request("decline_visit", VisitDeclined)
def decline(context: Context, data: VisitDeclined) -> Outcome:
    """The technician asks not to go."""
    visit: Visit = context.require(Visit, data.visit)
    commands.decline(context.work, visit.id, technician=context.technician, reason=data.reason, seen=context.seen)
    return Outcome((visit,), (), context.require(WorkOrder, visit.work_order).case)


@request("request_visit", VisitRequested)
def request_visit(context: Context, data: VisitRequested) -> Outcome:
    """Another visit for an own work order, at this time of day two days later where no window is given.

    Days and clock times are those of the site.
    """
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    context.must_own(order)
    edges = ("window_start", "window_end")
    instants = {name: _instant(getattr(data, name), f"/data/{name}") for name in edges}
    window = {**instants, "local_start": data.local_start, "local_end": data.local_end}
    visit = commands.plan(
        context.work,
        context.operation,
        work_order=order.id,
        technician=context.technician,
        window=window if data.window_start or data.local_start else None,
        default_zone=context.zone,
        moment=context.occurred_at,
        pointer="/data",
    )
    return Outcome((visit,), (), order.case)


def _instant(text: str | None, pointer: str) -> datetime | None:
    return parse_instant(text, pointer=pointer) if text else None


HANDLERS: tuple[Handler, ...] = (
    accepted,
    _step("travel_started", commands.start_travel),
    _step("arrived", commands.arrive),
    _step("work_paused", commands.pause),
    _step("work_resumed", commands.resume),
    _step("visit_done", commands.finish),
    not_done,
    signed,
    decline,
    request_visit,
)
