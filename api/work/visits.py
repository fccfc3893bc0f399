"""Visits: somebody is to come, comes, and leaves with the work done or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http import office
from api.http.belonging import owner_of_site
from api.http.fields import Choice, Flag, Id, Instant, Text
from api.http.noun import Noun
from api.http.reading import filters, looking, moment_of, one, page, paged
from api.http.rows import FACT, shape_of
from api.http.schemas import Body, Command, Page
from api.http.services import services
from api.http.who import asking
from api.work.going_on import going_on, must_be_active
from api.work.visit_bodies import NewVisit, Window
from domain.kernel.instant import now
from domain.kernel.problem import NotFound
from domain.recording.unit_of_work import Work
from domain.work.visit import Visit
from domain.work.visit_events import NotDoneReason
from domain.work.visit_status import Status
from domain.work.visit_window import WINDOW, window_at
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import must_not_be_final
from projections.engine.fact_pages import VISIT_LISTS, visit_facts
from projections.work import visit_queries as queries
from projections.work import visits as view
from projections.work.work_orders import WorkOrders
from store.places import zone_of_order

visits = Noun("visits", "Every coming of a technician.")


class Sending(Command):
    """Who is to go."""

    technician = Id(required=True)


class Refusal(Command):
    """Who will not go, and why."""

    technician = Id(required=True)
    reason = Text(2000)


class Step(Command):
    """What a technician told the office; it was the visit's own unless another one is named."""

    technician = Id()


class VisitFailure(Step):
    """Why it came to nothing."""

    reason = Choice(get_args(NotDoneReason), required=True)
    note = Text(8000)


class VisitReason(Command):
    """Why, in words."""

    reason = Text(2000, required=True)


class Filters(Page):
    """Which visits."""

    work_order = Id()
    technician = Id()
    status = Choice(tuple(Status))
    since = Instant(metadata={"description": "Windows that end after this."})
    until = Instant(metadata={"description": "Windows that start before this."})
    missed = Flag(metadata={"description": "Whether the window has passed and nobody came."})


class Facts(Page):
    """Which list of the visit's facts."""

    list = Choice(VISIT_LISTS, required=True)


@visits.creates(NewVisit)
def create(body: Body) -> Response:
    """Plan a visit."""
    who = asking()

    def make(id: UUID, work: Work) -> Visit:
        order = work.get(WorkOrder, body["work_order"])
        must_not_be_final(order.status)
        must_be_active(work, body.get("technician"))
        zone = body.zone or zone_of_order(work, order, otherwise=services().settings.zone, owner=owner_of_site)
        planned: dict[str, Any] = {name: value for name, value in body.items() if name not in WINDOW}
        return Visit.plan(id=id, customer=order.customer, zone=zone, **planned, **window_at(zone, body, moment=now()))

    return office.create(who, Visit, body, make)


@visits.command("dispatch", Sending)
def dispatch(body: Body, id: UUID) -> Response:
    """Send a technician."""
    who = asking()

    def decide(visit: Visit, work: Work) -> None:
        must_be_active(work, body["technician"])
        going_on(visit, work).dispatch(**body)

    return office.change(who, Visit, id, body, decide)


@visits.command("decline", Refusal)
def decline(body: Body, id: UUID) -> Response:
    """Write down that the technician will not go; the visit waits for somebody else."""
    who = asking()
    return office.change(who, Visit, id, body, lambda visit, _: visit.decline(seen=body.seen, **body))


@visits.command("reschedule", Window)
def reschedule(body: Body, id: UUID) -> Response:
    """Move it to another window."""
    who = asking()

    def decide(visit: Visit, work: Work) -> None:
        going_on(visit, work).reschedule(zone=body.zone, **window_at(body.zone or visit.zone, body, moment=now()))

    return office.change(who, Visit, id, body, decide)


@visits.command("cancel", VisitReason)
def cancel(body: Body, id: UUID) -> Response:
    """Call it off."""
    who = asking()
    return office.change(who, Visit, id, body, lambda visit, _: visit.cancel(**body))


def _step(word: str, title: str, record: Callable[..., None], schema: type[Command] = Step) -> None:
    """One thing that a technician did and told the office, which is never refused."""

    def step(body: Body, id: UUID) -> Response:
        who = asking()
        return office.change(who, Visit, id, body, lambda visit, _: record(visit, **body))

    step.__name__, step.__doc__ = word.replace("-", "_"), title
    visits.command(word, schema)(step)


_step("accept", "The technician will go.", Visit.record_accepted)
_step("start-travel", "The technician is on the way.", Visit.record_travel_started)
_step("arrive", "The technician is on site.", Visit.record_arrived)
_step("pause", "The work on site is interrupted.", Visit.record_paused)
_step("resume", "The work on site goes on.", Visit.record_resumed)
_step("finish", "What it was for has been done.", Visit.record_done)
_step("not-done", "What it was for has not been done.", Visit.record_not_done, VisitFailure)


VISIT = shape_of(view.VISITS, missed={"type": "boolean"})


@visits.lists(VISIT, Filters)
def register(query: dict[str, Any]) -> Response:
    """All visits, by the start of their windows."""
    asking()
    with looking(query, view.Visits(), WorkOrders()) as reader:
        rows = queries.visits(reader, at=moment_of(query), **paged(query), **filters(query))
        return page(reader, query, rows, key=("window_start", "id"))


@visits.shows(VISIT)
def visit(query: dict[str, Any], id: UUID) -> Response:
    """One visit."""
    asking()
    with looking(query, view.Visits(), WorkOrders()) as reader:
        return one(reader, queries.visit(reader, id, at=query.get("as_of")), own=False)


@visits.lists(FACT, Facts, path="/<uuid:id>/facts")
def facts(query: dict[str, Any], id: UUID) -> Response:
    """All facts of one of its lists, the newest first; the visit itself shows the newest 50 and counts the others."""
    asking()
    with looking(query, view.Visits()) as reader:
        if queries.visit(reader, id) is None:
            raise NotFound
        rows = visit_facts(reader, id, name=query["list"], **paged(query))
        return page(reader, query, rows, key=("at", "rank", "position"))
