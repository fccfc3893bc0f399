"""Stock: how much of each part is where, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.http.encoding import json_response
from api.http.fields import Id, Quantity, Whole
from api.http.noun import Noun
from api.http.reading import filters, open_reader, page_arguments, page_response
from api.http.rows import ID, LIST, api_row
from api.http.schemas import Page, Past
from domain.kernel.problem import NotFound
from projections.stock.locations import Locations
from projections.stock.movements import Movements
from projections.stock.parts import Parts
from projections.stock.shelves import shelves
from projections.stock.stock import Stock
from projections.stock.stock_explained import explain

stock = Noun("stock", "How much of each part is where.")

_QUANTITY = {"type": "string", "description": "A plain decimal."}
LINE = {
    "type": "object",
    "properties": {"location": ID, "part": ID}
    | dict.fromkeys(("on_hand", "reserved", "in_transit", "unexplained"), _QUANTITY),
}
EXPLANATION = {
    "type": "object",
    "properties": {"location": ID, "part": ID, "on_hand": _QUANTITY, "opening": _QUANTITY, "lines": LIST},
}


class Filters(Page):
    """Which stock."""

    location = Id()
    part = Id()
    below = Quantity(positive=False, metadata={"description": "Only where less than this is on hand."})


class Lines(Past):
    """How many lines are told one by one; the opening sums up those before."""

    limit = Whole(1, 500, written=True, load_default=500)


@stock.lists(LINE, Filters)
def list_stock(query: dict[str, Any]) -> Response:
    """One line a place and part, with what of the part is on its way and what is unexplained."""
    with open_reader(query, Stock(), Locations(), Parts()) as reader:
        rows = shelves(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("location", "part"))


@stock.shows(EXPLANATION, Lines, path="/<uuid:location>/<uuid:part>/explain")
def show_stock_explanation(query: dict[str, Any], location: UUID, part: UUID) -> Response:
    """Why there is as much as there is: an opening and lines that add up, each naming the event behind it."""
    with open_reader(query, Stock(), Movements()) as reader:
        told = explain(reader, location, part, limit=query["limit"])
        if told is None:
            raise NotFound("This part has never been at this place.")
        lines = [line | {"delay": int(line["delay"]), "cause": api_row(line["cause"])} for line in told["lines"]]
        return json_response(told | {"lines": lines, "position": reader.position})
