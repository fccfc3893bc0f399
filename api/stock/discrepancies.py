"""Discrepancies: where the books and the world do not fit, and what people decide about it."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Many, One, Quantity, Text
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.rows import ID, done_with, shape_of
from api.http.schemas import Body, Command, Page, Value
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.stock import discrepancies as commands
from domain.stock.discrepancy_kinds import DISCREPANCY_KINDS, WRITE_OFFS, DiscrepancyStatus
from projections.stock import discrepancies as view
from projections.stock.discrepancy_row import DISCREPANCIES

discrepancies = Noun("discrepancies", "Where the books and the world do not fit.")

SHAPE = shape_of(DISCREPANCIES, age={"type": "integer", "description": "In seconds."})
DONE = done_with(movements={"type": "array", "items": ID})


class Owner(Command):
    """Who is to look into it: a user or a technician."""

    to = Id(required=True)


class Explanation(Command):
    """What really happened: the movement, or whatever else, that explains it."""

    by_event = Id(required=True)
    note = Text(8000)


class Adjustment(Value):
    """One movement that makes the books right, from or to `unexplained` where it says nothing else."""

    MAKES = dict
    part = Id(required=True)
    quantity = Quantity(required=True)
    from_ = Id(data_key="from")
    to = Id()
    lot = Text(64)
    serials = Many(Text(100), most=1000, load_default=())


class Adjustments(Command):
    """The movements that make the books right."""

    movements = Many(One(Adjustment), least=1, most=100, required=True)


class WriteOff(Command):
    """Why it is left as it is."""

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
    """Give it to somebody to look into."""
    return commands.assign(context, id, **body)


@discrepancies.command("explain", Explanation, DONE)
def explain(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it by what really happened; who caused it does not settle it."""
    return commands.explain(context, id, **body)


@discrepancies.command("adjust", Adjustments, DONE)
def adjust(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it by movements, in the name of whoever asks for it; who caused it does not settle it."""
    return commands.adjust(context, id, **body)


@discrepancies.command("write-off", WriteOff, DONE)
def write_off(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Settle it as it is, in the name of whoever asks for it; who caused it does not settle it."""
    return commands.write_off(context, id, **body)


@discrepancies.lists(SHAPE, Filters)
def register(query: dict[str, Any]) -> Response:
    """All discrepancies, the oldest first."""
    with looking(query, view.Discrepancies()) as reader:
        rows = view.discrepancies(reader, at=query.get("as_of"), **paged(query), **filters(query))
        return page(reader, query, rows, key=("opened_at", "id"))


@discrepancies.shows(SHAPE)
def discrepancy(query: dict[str, Any], id: UUID) -> Response:
    """One discrepancy, with what caused it and what was decided about it."""
    with looking(query, view.Discrepancies()) as reader:
        return one(reader, view.discrepancy(reader, id, at=query.get("as_of")))
