"""Cases: a customer's matter from the first contact until they are satisfied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.care import case_bodies as bodies
from api.care.merged import merged
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import Body, Page
from commands.care import cases as commands
from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.care.case import Case
from domain.kernel.instant import now
from domain.kernel.problem import NotFound
from projections.care import cases as view
from projections.care import timeline as story
from projections.care.contacts import Contacts
from projections.work.work_orders import WorkOrders

cases = Noun("cases", "A customer's matters, from the first contact until they are satisfied.")


@cases.creates(Case, bodies.NewCase)
def create_case(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Open a case."""
    fields: dict[str, Any] = {"first_contact_at": context.about.occurred_at or now()} | body
    return commands.open_case(context.work, id, **fields)


@cases.command("wait", bodies.Waiting)
def wait(context: CommandContext, body: Body, id: UUID) -> Case:
    """Mark the case as waiting for somebody or something."""
    return commands.wait(context.work, id, **body)


@cases.command("resume")
def resume(context: CommandContext, _: Body, id: UUID) -> Case:
    """End the waiting; work on the case goes on."""
    return commands.resume(context.work, id)


@cases.command("resolve", bodies.Resolution)
def resolve(context: CommandContext, body: Body, id: UUID) -> Case:
    """Mark the case as resolved: what the customer asked for has been done, in our view."""
    return commands.resolve(context.work, id, **body)


@cases.command("reopen", bodies.Again)
def reopen(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Reopen a resolved case, or by a contact a closed one; a contact without a customer becomes this customer's."""
    return commands.reopen(context.work, id, **body)


@cases.command("close", bodies.Ending)
def close(context: CommandContext, body: Body, id: UUID) -> Case:
    """Close the case with the customer's outcome; refused while work or discrepancies are open and not waived."""
    return commands.close(context.work, id, **body, by=context.by, open_on=context.open_on)


@cases.command("merge", bodies.StayingCase)
def merge(context: CommandContext, body: Body, id: UUID) -> Case:
    """Merge the case into another one about the same matter, which goes on."""
    return commands.merge(context.work, id, **body)


@cases.lists(view.CaseRow, bodies.Filters)
def list_cases(query: dict[str, Any]) -> Response:
    """All cases, the newest first."""
    with open_reader(query, view.Cases(), *merged(query)) as reader:
        rows = view.cases(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("opened_at", "id"))


@cases.shows(view.CaseRow)
def show_case(query: dict[str, Any], id: UUID) -> Response:
    """One case."""
    with open_reader(query, view.Cases()) as reader:
        return item_response(reader, view.case(reader, id), own=False)


@cases.lists(story.TimelineRow, Page, path="/<uuid:id>/timeline")
def list_case_timeline(query: dict[str, Any], id: UUID) -> Response:
    """All events that concern the case, by when they happened."""
    with open_reader(query, view.Cases(), Contacts(), WorkOrders(), story.Timeline()) as reader:
        if view.case(reader, id) is None:
            raise NotFound
        rows = story.case_timeline(reader, id, **page_arguments(query))
        return page_response(reader, query, rows, key=("occurred_at", "position"))
