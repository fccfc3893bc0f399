"""Discrepancies: where the books and the world do not fit, and what people decide about it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Many, One, Quantity, Text
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.rows import ID, done_with, shape_of
from api.http.schemas import Body, Command, Page, Value
from api.http.who import asking
from api.stock.moving import Moment
from api.stock.settling import adjustments, settle
from domain.access.user import User
from domain.kernel.aggregate import Entity
from domain.kernel.problem import NotFound
from domain.recording.unit_of_work import Work
from domain.stock.discrepancy import DISCREPANCY_KINDS, Discrepancy
from domain.stock.stock_movement import StockMovement
from domain.work.technician import Technician
from projections.engine.table import Row
from projections.stock import discrepancies as view
from projections.stock.discrepancy_row import DISCREPANCIES

discrepancies = Noun("discrepancies", "Where the books and the world do not fit.")

STATUSES: Final = ("open", "assigned", "explained", "settled", "closed")
WRITE_OFFS: Final = ("lost", "damaged", "stolen", "expired", "never_arrived", "miscounted", "too_small", "unknown")
"""Codes of why a discrepancy is left as it is; words about anybody have no place in the books."""

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
    status = Choice(STATUSES)
    open = Flag()
    owner = Id()
    location = Id()
    part = Id()
    work_order = Id()
    technician = Id()
    device = Id()


@discrepancies.command("assign", Owner, DONE)
def assign(body: Body, id: UUID) -> Response:
    """Give it to somebody to look into."""
    who = asking()

    def decide(discrepancy: Discrepancy, work: Work, _: Row, __: set[UUID]) -> tuple[Entity, ...]:
        if not (work.find(User, body["to"]) or work.find(Technician, body["to"])):
            raise NotFound(f"There is no user or technician {body['to']}.")
        discrepancy.assign(**body)
        return ()

    return settle(who, id, body, decide)


@discrepancies.command("explain", Explanation, DONE)
def explain(body: Body, id: UUID) -> Response:
    """Settle it by what really happened; who caused it does not settle it."""
    who = asking()

    def decide(discrepancy: Discrepancy, work: Work, _: Row, caused_by: set[UUID]) -> tuple[Entity, ...]:
        if work.find(Entity, body["by_event"]) is None:
            raise NotFound(f"There is nothing {body['by_event']} that could explain it.")
        discrepancy.explain(by=who.id, caused_by=caused_by, **body)
        return ()

    return settle(who, id, body, decide)


@discrepancies.command("adjust", Adjustments, DONE)
def adjust(body: Body, id: UUID) -> Response:
    """Settle it by movements, in the name of whoever asks for it; who caused it does not settle it."""
    who = asking()
    moment = Moment.of(body)

    def decide(discrepancy: Discrepancy, work: Work, row: Row, caused_by: set[UUID]) -> list[StockMovement]:
        made = adjustments(work, row, body["movements"], by=who.id, moment=moment, caused_by=caused_by)
        movements = tuple(movement.id for movement in made)
        discrepancy.adjust(movements=movements, approved_by=who.id, caused_by=caused_by)
        return made

    return settle(who, id, body, decide)


@discrepancies.command("write-off", WriteOff, DONE)
def write_off(body: Body, id: UUID) -> Response:
    """Settle it as it is, in the name of whoever asks for it; who caused it does not settle it."""
    who = asking()

    def decide(discrepancy: Discrepancy, _: Work, __: Row, caused_by: set[UUID]) -> tuple[Entity, ...]:
        discrepancy.write_off(approved_by=who.id, caused_by=caused_by, **body)
        return ()

    return settle(who, id, body, decide)


@discrepancies.lists(SHAPE, Filters)
def register(query: dict[str, Any]) -> Response:
    """All discrepancies, the oldest first."""
    asking()
    with looking(query, view.Discrepancies()) as reader:
        rows = view.discrepancies(reader, at=query.get("as_of"), **paged(query), **filters(query))
        return page(reader, query, rows, key=("opened_at", "id"))


@discrepancies.shows(SHAPE)
def discrepancy(query: dict[str, Any], id: UUID) -> Response:
    """One discrepancy, with what caused it and what was decided about it."""
    asking()
    with looking(query, view.Discrepancies()) as reader:
        return one(reader, view.discrepancy(reader, id, at=query.get("as_of")))
