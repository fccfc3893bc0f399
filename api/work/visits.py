"""Visits: planning, and the steps of the technician from dispatch to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Instant, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, moment_of, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Page
from api.work.visit_bodies import NewVisit, Window
from commands.running.context import CommandContext
from commands.work import visits as commands
from domain.kernel.problem import NotFound
from domain.work.visit import Visit
from domain.work.visit_events import NotDoneReason
from domain.work.visit_status import Status
from domain.work.visit_window import WINDOW
from projections.engine.fact_pages import VISIT_LISTS, ListedFact, visit_facts
from projections.work import visit_queries as queries
from projections.work import visits as view
from projections.work.visit_row import ListedVisit
from projections.work.work_orders import WorkOrders

visits = Noun("visits", "Visits of technicians to customers.")


class Sending(Command):
    """The technician to send."""

    technician = Id(required=True)


class Refusal(Command):
    """The technician who declines, and why."""

    technician = Id(required=True)
    reason = Text(2000)


class Step(Command):
    """A step that a technician reported; the visit's own technician unless another is named."""

    technician = Id()


class VisitFailure(Step):
    """Why the visit failed."""

    reason = Choice(get_args(NotDoneReason), required=True)
    note = Text(8000)


class VisitReason(Command):
    """The reason, as free text."""

    reason = Text(2000, required=True)


class Filters(Page):
    """Which visits."""

    work_order = Id()
    technician = Id()
    status = Choice(tuple(Status))
    since = Instant(metadata={"description": "Windows that end after this."})
    until = Instant(metadata={"description": "Windows that start before this."})
    missed = Flag(metadata={"description": "Whether the window has passed without an arrival."})


class Facts(Page):
    """Which list of the visit's facts."""

    list = Choice(VISIT_LISTS, required=True)


@visits.creates(Visit, NewVisit)
def create_visit(context: CommandContext, body: Body, id: UUID) -> Visit:
    """Plan a visit."""
    window, fields = _window(body)
    zone = context.about.zone
    return commands.plan(context.work, id, window=window, zone=zone, default_zone=context.zone, **fields)


@visits.command("dispatch", Sending)
def dispatch(context: CommandContext, body: Body, id: UUID) -> Visit:
    """Dispatch a technician to the visit."""
    return commands.dispatch(context.work, id, **body)


@visits.command("decline", Refusal)
def decline(context: CommandContext, body: Body, id: UUID) -> Visit:
    """Record that the technician declines; the visit waits for another one."""
    return commands.decline(context.work, id, seen=context.about.seen, **body)


@visits.command("reschedule", Window)
def reschedule(context: CommandContext, body: Body, id: UUID) -> Visit:
    """Reschedule the visit to another window."""
    window, _ = _window(body)
    return commands.reschedule(context.work, id, window=window, zone=context.about.zone)


def _window(body: Body) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members of a body that are the window, and the others."""
    window = {name: value for name, value in body.items() if name in WINDOW}
    return window, {name: value for name, value in body.items() if name not in WINDOW}


@visits.command("cancel", VisitReason)
def cancel(context: CommandContext, body: Body, id: UUID) -> Visit:
    """Cancel the visit."""
    return commands.cancel(context.work, id, **body)


def _step(word: str, title: str, record: Callable[..., Visit], schema: type[Command] = Step) -> None:
    """Add the route for a step that a technician reported to the office; steps are facts and are never refused."""

    def step(context: CommandContext, body: Body, id: UUID) -> Visit:
        return record(context.work, id, **body)

    step.__name__, step.__doc__ = word.replace("-", "_"), title
    visits.command(word, schema)(step)


_step("accept", "Record that the technician accepts.", commands.accept)
_step("start-travel", "Record that the technician is on the way.", commands.start_travel)
_step("arrive", "Record that the technician is on site.", commands.arrive)
_step("pause", "Record that the work on site is interrupted.", commands.pause)
_step("resume", "Record that the work on site goes on.", commands.resume)
_step("finish", "Record that the work of the visit is done.", commands.finish)
_step("not-done", "Record that the work of the visit could not be done.", commands.not_done, VisitFailure)


@visits.lists(ListedVisit, Filters)
def list_visits(query: dict[str, Any]) -> Response:
    """All visits, by the start of their windows."""
    with open_reader(query, view.Visits(), WorkOrders()) as reader:
        rows = queries.visits(reader, at=moment_of(query), **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("window_start", "id"))


@visits.shows(ListedVisit)
def show_visit(query: dict[str, Any], id: UUID) -> Response:
    """One visit."""
    with open_reader(query, view.Visits(), WorkOrders()) as reader:
        return item_response(reader, queries.visit(reader, id, at=query.get("as_of")), own=False)


@visits.lists(ListedFact, Facts, path="/<uuid:id>/facts")
def list_visit_facts(query: dict[str, Any], id: UUID) -> Response:
    """All facts of one of its lists, the newest first; the visit itself shows the newest 50 and counts the others."""
    with open_reader(query, view.Visits()) as reader:
        if queries.visit(reader, id) is None:
            raise NotFound
        rows = visit_facts(reader, id, name=query["list"], **page_arguments(query))
        return page_response(reader, query, rows, key=("at", "rank", "position"))
