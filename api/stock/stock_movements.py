"""Stock movements: what went from where to where, once and for ever."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.http import office
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.rows import ID, done_with, shape_of, spoken
from api.http.schemas import Body
from api.http.who import asking
from api.stock.movement_bodies import Filters, Mistake, NewMovement
from api.stock.moving import Moment, move
from domain.recording.unit_of_work import Work
from domain.stock.stock_movement import StockMovement
from projections.engine.table import Row
from projections.stock import movements as view
from store.taking_back import correction_of

stock_movements = Noun("stock-movements", "What went from where to where.")

_MONEY = {
    "type": ["object", "null"],
    "properties": {"amount": {"type": "integer"}, "currency": {"type": "string"}, "per": {"type": "integer"}},
}
MOVEMENT = shape_of(view.MOVEMENTS, cost=_MONEY)
for _column in ("cost_amount", "cost_currency", "cost_per"):
    del MOVEMENT["properties"][_column]


@stock_movements.creates(NewMovement)
def create(body: Body) -> Response:
    """Move a part. Its cost is the part's of that day, where it lies, and stays with the movement."""
    who, at = asking(), Moment.of(body)
    return office.create(who, StockMovement, body, lambda id, work: move(id, work, dict(body), by=who.id, moment=at))


@stock_movements.command("correct", Mistake, done_with(correction=ID))
def correct(body: Body, id: UUID) -> Response:
    """Take all of it back by a further movement, at the cost it was made with; twice is once. The first one stays."""
    who = asking()
    told: dict[str, UUID] = {}

    def decide(movement: StockMovement, work: Work) -> list[StockMovement]:
        correction, is_recorded = correction_of(work, movement.id)
        told["correction"] = correction
        if is_recorded:
            return []
        return [movement.reverse(id=correction, reason=body["reason"], approved_by=who.id)]

    return office.change(who, StockMovement, id, body, decide, say=lambda _: told)


@stock_movements.lists(MOVEMENT, Filters)
def register(query: dict[str, Any]) -> Response:
    """All movements, the last recorded first."""
    asking()
    with looking(query, view.Movements()) as reader:
        rows = view.movements(reader, **paged(query), **filters(query))
        return page(reader, query, [_shown(row) for row in rows], key=("position",))


@stock_movements.shows(MOVEMENT | {"properties": MOVEMENT["properties"] | {"corrected_by": ID}})
def movement(query: dict[str, Any], id: UUID) -> Response:
    """One movement, and what took it back if something did."""
    asking()
    with looking(query, view.Movements()) as reader:
        row = view.movement(reader, id)
        return one(reader, None if row is None else _shown(row))


def _shown(row: Row) -> Row:
    shown = spoken(row)
    amount, currency, per = (shown.pop(name) for name in ("cost_amount", "cost_currency", "cost_per"))
    cost = {"amount": amount, "currency": currency} | ({} if per == 1 else {"per": per})
    return shown | {"cost": None if amount is None else cost}
