"""Discrepancies between the books and the world, and the commands that settle them."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Many, One, Quantity, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.rows import ID, done_with
from api.http.schemas import Body, Command, Page, Value
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.stock import discrepancies as commands
from domain.stock.discrepancy_kinds import DISCREPANCY_KINDS, WRITE_OFFS, DiscrepancyStatus
from projections.stock import discrepancies as view
from projections.stock import discrepancy_queries as queries
from projections.stock.discrepancy_row import ListedDiscrepancy

discrepancies = Noun("discrepancies", "Discrepancies between the books and the world.")

DONE = done_with(movements={"type": "array", "items": ID})


class Owner(Command):
    """The user or technician who is to look into it."""

    to = Id(required=True)


class Explanation(Command):
    """The event that explains the discrepancy, such as a movement."""

    by_event = Id(required=True)
    note = Text(8000)


class Adjustment(Value):
    """One movement that corrects the books, from or to `unexplained` by default."""

    MAKES = dict
    part = Id(required=True)
    quantity = Quantity(required=True)
    from_ = Id(data_key="from")
    to = Id()
    lot = Text(64)
    serials = Many(Text(100), most=1000, load_default=())


class Adjustments(Command):
    """The movements that correct the books."""

    movements = Many(One(Adjustment), least=1, most=100, required=True)


class WriteOff(Command):
    """Why it is written off."""

    reason = Choice(WRITE_OFFS, required=True)


class Filters(Page):
    """Which discrepancies."""

    kind = Choice(DISCREPANCY_KINDS)
    status = Choice(get_args(DiscrepancyStatus))
    open = Flag()
    owner = Id()
    location = Id()
    part = Id()
    work_order = Id()
    technician = Id()
    device = Id()


@discrepancies.command("assign", Owner, DONE)
def assign(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Assign the discrepancy to a user or technician."""
    return commands.assign(context, id, **body)


@discrepancies.command("explain", Explanation, DONE)
def explain(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it by the event that explains it; refused for whoever caused it."""
    return commands.explain(context, id, **body)


@discrepancies.command("adjust", Adjustments, DONE)
def adjust(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it by movements, recorded in the author's name; refused for whoever caused it."""
    return commands.adjust(context, id, **body)


@discrepancies.command("write-off", WriteOff, DONE)
def write_off(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it without movements, in the author's name; refused for whoever caused it."""
    return commands.write_off(context, id, **body)


@discrepancies.lists(ListedDiscrepancy, Filters)
def list_discrepancies(query: dict[str, Any]) -> Response:
    """All discrepancies, the oldest first."""
    with open_reader(query, view.Discrepancies()) as reader:
        rows = queries.discrepancies(reader, at=query.get("as_of"), **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("opened_at", "id"))


@discrepancies.shows(ListedDiscrepancy)
def show_discrepancy(query: dict[str, Any], id: UUID) -> Response:
    """One discrepancy, with its causes and the decisions about it."""
    with open_reader(query, view.Discrepancies()) as reader:
        return item_response(reader, queries.discrepancy(reader, id, at=query.get("as_of")))
