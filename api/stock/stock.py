"""Stock: balances of parts by location, and their explanation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.http.encoding import json_response
from api.http.fields import Id, Quantity, Whole
from api.http.noun import Noun
from api.http.reading import filters, open_reader, page_arguments, page_response
from api.http.rows import api_row, api_schema
from api.http.schemas import Page, Past
from domain.kernel.problem import NotFound
from projections.stock.locations import Locations
from projections.stock.movements import Movements
from projections.stock.parts import Parts
from projections.stock.shelves import ShelfRow, shelves
from projections.stock.stock import Stock
from projections.stock.stock_explained import Explanation, ReachedLine, explain

stock = Noun("stock", "The quantity of each part at each location.")

_LINE = api_schema(ReachedLine, delay={"type": "integer", "description": "Seconds between the two."})
EXPLANATION = api_schema(Explanation, lines={"type": "array", "items": _LINE}, position={"type": "integer"})


class Filters(Page):
    """Which stock."""

    location = Id()
    part = Id()
    below = Quantity(positive=False, metadata={"description": "Only where less than this is on hand."})


class Lines(Past):
    """How many of the latest lines are listed; `opening` is the sum of those before."""

    limit = Whole(1, 500, written=True, load_default=500)


@stock.lists(ShelfRow, Filters)
def list_stock(query: dict[str, Any]) -> Response:
    """One line for each location and part, with what is in transit and what is unexplained."""
    with open_reader(query, Stock(), Locations(), Parts()) as reader:
        rows = shelves(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("location", "part"))


@stock.shows(EXPLANATION, Lines, path="/<uuid:location>/<uuid:part>/explain")
def show_stock_explanation(query: dict[str, Any], location: UUID, part: UUID) -> Response:
    """The balance as a sum: an opening and lines that each name their event."""
    with open_reader(query, Stock(), Movements()) as reader:
        explanation = explain(reader, location, part, limit=query["limit"])
        if explanation is None:
            raise NotFound("This part has never been at this location.")
        lines = [
            {**line, "delay": int(line["delay"]), "cause": api_row(line["cause"])} for line in explanation["lines"]
        ]
        return json_response({**explanation, "lines": lines, "position": reader.position})
