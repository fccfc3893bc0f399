"""Commands about visits: planning, dispatching, rescheduling, and facts reported to the office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from commands.running.simple import on
from commands.work.preconditions import must_be_active, with_open_order
from domain.kernel.instant import now
from domain.recording.places import zone_of_order
from domain.recording.unit_of_work import Work
from domain.work.visit import Visit
from domain.work.visit_window import in_two_days, window_at
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final

decline = on(Visit, Visit.decline)
cancel = on(Visit, Visit.cancel)
accept = on(Visit, Visit.record_accepted)
start_travel = on(Visit, Visit.record_travel_started)
arrive = on(Visit, Visit.record_arrived)
pause = on(Visit, Visit.record_paused)
resume = on(Visit, Visit.record_resumed)
finish = on(Visit, Visit.record_done)
not_done = on(Visit, Visit.record_not_done)


def plan(
    work: Work,
    id: UUID,
    *,
    work_order: UUID,
    technician: UUID | None = None,
    window: Mapping[str, datetime | str | None] | None,
    zone: str | None = None,
    default_zone: str,
    moment: datetime | None = None,
    pointer: str = "",
) -> Visit:
    """Plan a visit for a work order; `window` and `pointer` are as `window_at` takes them, `moment` is now by default.

    Without a `zone` it is that of the order's site, else that of the customer, else the `default_zone`. Without a
    `window` it is two days after the moment, at that time of day.
    """
    order = work.get(WorkOrder, work_order)
    must_not_be_final(order.status)
    must_be_active(work, technician)
    zone = zone or zone_of_order(work, order, otherwise=default_zone, owner=work.owner_of_site)
    moment = moment or now()
    when = window_at(zone, window, moment=moment, pointer=pointer) if window is not None else in_two_days(moment, zone)
    given = {} if technician is None else {"technician": technician}
    return Visit.plan(id=id, work_order=order.id, customer=order.customer, zone=zone, **given, **when)


def dispatch(work: Work, id: UUID, *, technician: UUID) -> Visit:
    """Assign the visit to a technician."""
    visit = work.get(Visit, id)
    must_be_active(work, technician)
    with_open_order(visit, work).dispatch(technician)
    return visit


def reschedule(work: Work, id: UUID, *, window: Mapping[str, datetime | str | None], zone: str | None = None) -> Visit:
    """Move it to another window, as `window_at` takes it, in the zone that is given or the visit's own."""
    visit = work.get(Visit, id)
    with_open_order(visit, work).reschedule(zone=zone, **window_at(zone or visit.zone, window, moment=now()))
    return visit
