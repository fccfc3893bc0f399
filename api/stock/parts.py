"""Parts: the catalogue with names, tracking, costs and replacements."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Day, Flag, Id, Many, One, Text, Whole
from api.http.key_filter import holder_of
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Creation, Page, Value
from commands.running.context import CommandContext
from commands.stock import parts as commands
from domain.kernel.bounds import Kind
from domain.kernel.money import Money
from domain.stock.part import Criticality, Part, PartName, Tracking
from projections.stock import parts as view

parts = Noun("parts", "The catalogue of parts.")


class NameFields(Value):
    """A part's name in one language."""

    MAKES = PartName
    language = Text(35, required=True)
    text = Text(200, required=True)


class MoneyFields(Value):
    """An amount in minor units with its currency."""

    MAKES = Money
    amount = Whole(required=True)
    currency = Text(3, required=True)


class Description(Command):
    """All details of a part that can change."""

    names = Many(One(NameFields), least=1, most=40, required=True)
    tracking = Choice(get_args(Tracking), required=True)
    criticality = Choice(get_args(Criticality), load_default=None)
    gtins = Many(Text(14), most=20, load_default=())


class NewPart(Creation, Description):
    """A new part of the catalogue."""

    number = Text(64, required=True)
    unit = Text(20, load_default="piece")
    tracking = Choice(get_args(Tracking), load_default="none")


class Cost(Command):
    """What one unit costs from a day on."""

    cost = One(MoneyFields, required=True)
    per = Whole(
        2,
        10_000,
        load_default=None,
        metadata={"description": "The number of units that cost this: 6.8 cents are 68 per 10."},
    )
    from_ = Day(Kind.FROM_DAY, required=True, data_key="from")


class Replacement(Command):
    """The part that replaces this one."""

    by = Id(required=True)


class Filters(Page):
    """Which parts."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    number = Text(64)
    discontinued = Flag()


@parts.creates(Part, NewPart)
def create_part(context: CommandContext, body: Body, id: UUID) -> Part:
    """Add a part to the catalogue."""
    return commands.register(context.work, id, **body)


@parts.command("revise", Description)
def revise(context: CommandContext, body: Body, id: UUID) -> Part:
    """Set the details of a part that can change; its number and unit never do."""
    return commands.revise(context.work, id, **body)


@parts.command("set-cost", Cost)
def set_cost(context: CommandContext, body: Body, id: UUID) -> Part:
    """Set the cost of one unit from a day on; recorded movements keep theirs."""
    return commands.set_cost(context.work, id, **body)


@parts.command("supersede", Replacement)
def supersede(context: CommandContext, body: Body, id: UUID) -> Part:
    """Name the part that replaces this one."""
    return commands.supersede(context.work, id, **body)


@parts.command("discontinue")
def discontinue(context: CommandContext, _: Body, id: UUID) -> Part:
    """Discontinue the part; what is in stock may still be used."""
    return commands.discontinue(context.work, id)


@parts.lists(view.PartRow, Filters)
def list_parts(query: dict[str, Any]) -> Response:
    """The catalogue, by number."""
    with open_reader(query, view.Parts()) as reader:
        holder = holder_of(query, "number", "part_number")
        rows = view.parts(reader, **page_arguments(query), **filters(query), holder=holder)
        return page_response(reader, query, rows, key=("number", "id"))


@parts.shows(view.PartRow)
def show_part(query: dict[str, Any], id: UUID) -> Response:
    """One part, with its costs by day."""
    with open_reader(query, view.Parts()) as reader:
        return item_response(reader, view.part(reader, id))
