"""Stock movements, which are never changed, only corrected by further ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from flask import Response

from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.rows import ID, api_row, api_schema, done_with
from api.http.schemas import Body
from api.http.shapes import schema_of
from api.stock.movement_bodies import Filters, Mistake, NewMovement
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.stock.correcting import correct as correct_movement
from commands.stock.moving import Moment, move
from domain.stock.stock_movement import StockMovement
from projections.engine.table import Row
from projections.stock import movements as view

stock_movements = Noun("stock-movements", "Movements of parts between locations.")


class Cost(TypedDict):
    """What a unit cost, or `per` units, in minor units."""

    amount: int
    currency: str
    per: NotRequired[int]


_COST = ("cost_amount", "cost_currency", "cost_per")
MOVEMENT = api_schema(view.MovementRow, *_COST, cost=schema_of(Cost | None))
MOVEMENT_DETAIL = api_schema(view.MovementDetail, *_COST, cost=schema_of(Cost | None))


@stock_movements.creates(StockMovement, NewMovement)
def create_stock_movement(context: CommandContext, body: Body, id: UUID) -> StockMovement:
    """Record a movement. Its cost is the part's on that day at its location, and stays with the movement."""
    return move(id, context.work, dict(body), by=context.by, moment=Moment.of(context))


@stock_movements.command("correct", Mistake, done_with(correct_movement=ID))
def correct(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Reverse a movement by a further one at the same cost; the first one stays. Repeating has no further effect."""
    return correct_movement(context.work, id, by=context.by, **body)


@stock_movements.lists(MOVEMENT, Filters)
def list_stock_movements(query: dict[str, Any]) -> Response:
    """All movements, the last recorded first."""
    with open_reader(query, view.Movements()) as reader:
        rows = view.movements(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, [_movement_fields(row) for row in rows], key=("position",))


@stock_movements.shows(MOVEMENT_DETAIL)
def show_stock_movement(query: dict[str, Any], id: UUID) -> Response:
    """One movement, and the movement that corrected it, if any."""
    with open_reader(query, view.Movements()) as reader:
        row = view.movement(reader, id)
        return item_response(reader, None if row is None else _movement_fields(row))


def _movement_fields(row: Mapping[str, Any]) -> Row:
    shown = api_row(row)
    amount, currency, per = (shown.pop(name) for name in _COST)
    cost = {"amount": amount, "currency": currency} | ({} if per == 1 else {"per": per})
    return shown | {"cost": None if amount is None else cost}
