"""Operations on visits: each step the technician takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from domain.kernel.instant import parse_instant
from domain.work.visit import Visit
from domain.work.visit_events import NotDoneReason
from domain.work.visit_window import in_two_days, window_at
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final
from store.places import zone_of_order
from sync.notices import notice
from sync.operations.handler import Handler, fact, request
from sync.operations.shapes import OfVisit, Signed, VisitDeclined, VisitNotDone, VisitRequested
from sync.outcome import Context, Outcome

_REASONS = get_args(NotDoneReason)


def _record_step(context: Context, data: OfVisit, record: Callable[[Visit, WorkOrder], None]) -> Outcome:
    """Call `record` with the visit and its work order; the outcome has the notices about both."""
    visit: Visit = context.require(Visit, data.visit)
    order: WorkOrder = context.require(WorkOrder, visit.work_order)
    notices = context.visit_misfits(order, visit)
    record(visit, order)
    return Outcome((visit,), notices, order.case)


def _step(name: str, record: str) -> Handler:
    """The handler of a step whose data is a visit alone; `record` is the visit's method."""

    @fact(name, OfVisit)
    def step(context: Context, data: OfVisit) -> Outcome:
        return _record_step(context, data, lambda visit, _: getattr(visit, record)(context.technician))

    return step


@fact("visit_accepted", OfVisit)
def accepted(context: Context, data: OfVisit) -> Outcome:
    """The technician will go; an unassigned visit becomes theirs only where its work order is theirs.

    An acceptance of a plan that has been changed since has no effect; a notice says so.
    """

    def accept(visit: Visit, order: WorkOrder) -> None:
        unasked = visit.technician is None and not order.assigned_to(context.technician)
        visit.record_accepted(context.technician, unasked=unasked)

    outcome = _record_step(context, data, accept)
    visit: Visit = context.require(Visit, data.visit)
    if visit.plan_is_seen(context.seen):
        return outcome
    return outcome._replace(notices=(*outcome.notices, notice("earlier_plan", {"visit": visit.id})))


def _split_reason(data: dict[str, Any]) -> dict[str, Any]:
    """Upcast of version 1, whose `reason` is a code or free text: text becomes `note`."""
    reason = data.get("reason")
    return data if reason in _REASONS or not isinstance(reason, str) else data | {"reason": "not_fixed", "note": reason}


@fact("visit_not_done", VisitNotDone, _split_reason)
def not_done(context: Context, data: VisitNotDone) -> Outcome:
    """The visit could not be done."""
    who = context.technician
    return _record_step(
        context, data, lambda visit, _: visit.record_not_done(data.reason, technician=who, note=data.note)
    )


@fact("signed", Signed)
def signed(context: Context, data: Signed) -> Outcome:
    """Somebody signed on site."""
    picture: dict[str, Any] = {"sha256": data.sha256, "size": data.size, "media_type": data.media_type}
    signature = picture | {"signer": data.signer, "technician": context.technician}
    return _record_step(context, data, lambda visit, _: visit.record_signed(**signature))


@request("decline_visit", VisitDeclined)
def decline(context: Context, data: VisitDeclined) -> Outcome:
    """The technician asks not to go."""
    visit: Visit = context.require(Visit, data.visit)
    visit.decline(technician=context.technician, reason=data.reason, seen=context.seen)
    return Outcome((visit,), (), context.require(WorkOrder, visit.work_order).case)


@request("request_visit", VisitRequested)
def request_visit(context: Context, data: VisitRequested) -> Outcome:
    """Another visit for an own work order, at this time of day two days later where no window is given.

    Days and clock times are those of the site.
    """
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    context.must_own(order)
    must_not_be_final(order.status)
    zone = zone_of_order(context.work, order, otherwise=context.zone)
    edges = ("window_start", "window_end")
    instants = {name: _instant(getattr(data, name), f"/data/{name}") for name in edges}
    fields = {**instants, "local_start": data.local_start, "local_end": data.local_end}
    start = data.window_start or data.local_start
    window = (
        window_at(zone, fields, moment=context.occurred_at, pointer="/data")
        if start
        else in_two_days(context.occurred_at, zone)
    )
    visit = Visit.plan(
        id=context.operation,
        work_order=order.id,
        customer=order.customer,
        technician=context.technician,
        zone=zone,
        **window,
    )
    return Outcome((visit,), (), order.case)


def _instant(text: str | None, pointer: str) -> datetime | None:
    return parse_instant(text, pointer=pointer) if text else None


HANDLERS: tuple[Handler, ...] = (
    accepted,
    _step("travel_started", "record_travel_started"),
    _step("arrived", "record_arrived"),
    _step("work_paused", "record_paused"),
    _step("work_resumed", "record_resumed"),
    _step("visit_done", "record_done"),
    not_done,
    signed,
    decline,
    request_visit,
)
