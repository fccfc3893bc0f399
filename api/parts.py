"""Parts: what they are called, how they are tracked, what they cost and what replaces them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api import office
from api.fields import Choice, Day, Flag, Id, Many, One, Text, Whole
from api.key_filter import holder_of
from api.noun import Noun
from api.reading import filters, looking, one, page, paged
from api.schemas import Body, Command, Creation, Page, Value
from api.who import asking
from domain.bounds import Kind
from domain.money import Money
from domain.part import Part, PartName, SupersededInCircle
from projections import parts as view
from store.work import Work

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
    """All that may change about a part."""

    names = Many(One(NameFields), least=1, most=40, required=True)
    tracking = Choice(("none", "lot", "serial"), required=True)
    criticality = Choice(("V", "E", "D"), load_default=None)
    gtins = Many(Text(14), most=20, load_default=())


class NewPart(Creation, Description):
    """A new part of the catalogue."""

    number = Text(64, required=True)
    unit = Text(20, load_default="piece")
    tracking = Choice(("none", "lot", "serial"), load_default="none")


class Cost(Command):
    """What one unit costs from a day on."""

    cost = One(MoneyFields, required=True)
    per = Whole(2, 10_000, load_default=None, metadata={"description": "For so many units: 6.8 cents are 68 per 10."})
    from_ = Day(Kind.FROM_DAY, required=True, data_key="from")


class Replacement(Command):
    """The part that replaces this one."""

    by = Id(required=True)


class Filters(Page):
    """Which parts."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    number = Text(64)
    discontinued = Flag()


@parts.creates(NewPart)
def create(body: Body) -> Response:
    """Add a part to the catalogue."""
    who = asking()
    return office.create(who, Part, body, lambda id, _: Part.register(id=id, **body))


@parts.command("revise", Description)
def revise(body: Body, id: UUID) -> Response:
    """Set what may change about a part; its number and unit never do."""
    who = asking()
    return office.change(who, Part, id, body, lambda part, _: part.revise(**body))


@parts.command("set-cost", Cost)
def set_cost(body: Body, id: UUID) -> Response:
    """Say what one unit costs from a day on; movements keep the cost they were made with."""
    who = asking()
    return office.change(who, Part, id, body, lambda part, _: part.set_cost(**body))


@parts.command("supersede", Replacement)
def supersede(body: Body, id: UUID) -> Response:
    """Name the part that replaces this one."""
    who = asking()

    def decide(part: Part, work: Work) -> None:
        by = work.get(Part, body["by"])
        replaced, successor = {part.id}, by
        while successor.superseded_by is not None and successor.id not in replaced:
            replaced.add(successor.id)
            successor = work.get(Part, successor.superseded_by)
        if successor.id in replaced and by.id != part.id:
            raise SupersededInCircle
        part.supersede(by.id)

    return office.change(who, Part, id, body, decide)


@parts.command("discontinue")
def discontinue(body: Body, id: UUID) -> Response:
    """Buy no more of it; what is in stock may still be used."""
    who = asking()
    return office.change(who, Part, id, body, lambda part, _: part.discontinue())


@parts.lists(view.PARTS, Filters)
def catalogue(query: dict[str, Any]) -> Response:
    """The catalogue, by number."""
    asking()
    with looking(query, view.Parts()) as reader:
        holder = holder_of(query, "number", "part_number")
        rows = view.parts(reader, **paged(query), **filters(query), holder=holder)
        return page(reader, query, rows, key=("number", "id"))


@parts.shows(view.PARTS)
def part(query: dict[str, Any], id: UUID) -> Response:
    """One part, with its costs by day."""
    asking()
    with looking(query, view.Parts()) as reader:
        return one(reader, view.part(reader, id))
