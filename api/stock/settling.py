"""Deciding about a discrepancy: what is known of it, who caused it, and the movements that make the books right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID, uuid4

from flask import Response

from api.http import office
from api.http.belonging import must_be_free
from api.http.order import Order
from api.http.schemas import Body
from api.http.services import services
from api.http.who import Who
from api.stock.moving import Moment, move
from domain.kernel.aggregate import Entity
from domain.kernel.problem import NotFound, SomebodyWasFaster
from domain.recording.unit_of_work import Work
from domain.stock.discrepancy import Discrepancy
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement
from projections.access.people import people_behind
from projections.engine.table import Row
from projections.stock.discrepancies import discrepancy
from projections.stock.discrepancy_row import REFS

Decide = Callable[[Discrepancy, Work, Row, set[UUID]], Iterable[Entity]]
"""From the discrepancy, the unit of work, its row, and the ids of those who caused it, to what else changed."""


def settle(who: Who, id: UUID, body: Body, decide: Decide) -> Response:
    """Decide about a discrepancy that the views have found, the first decision about it included. 200.

    Whoever says how far they had read (`seen`) decides about what they had read, or not at all.
    The reply names the movements that were made.
    """

    def decided(work: Work) -> office.Decided:
        with services().views.now() as reader:
            row = discrepancy(reader, id)
            if row is None:
                raise NotFound(f"There is no discrepancy {id}.")
            caused_by = people_behind(reader, [event["position"] for event in row["events"]])
        if body.seen is not None and row["position"] > body.seen:
            raise SomebodyWasFaster("The discrepancy has changed since this position; read it again.")
        entity = work.find(Discrepancy, id)
        if entity is None:
            refs = tuple(UUID(row["refs"][name]) for name in REFS[row["kind"]])
            must_be_free(work, id)
            entity = Discrepancy.take_up(id=id, kind=row["kind"], refs=refs)
        office.must_match(entity)
        others = list(decide(entity, work, row, caused_by))
        return office.Decided(entity, others, {"movements": [each.id for each in others]})

    return office.carry_out(Order(who, body), decided)


def adjustments(
    work: Work, row: Row, lines: Iterable[dict[str, Any]], *, by: UUID, moment: Moment, caused_by: set[UUID]
) -> list[StockMovement]:
    """The movements of an adjustment; what is not said comes from, or goes to, `unexplained`."""
    made = []
    for number, line in enumerate(lines):
        said = {"from_": VIRTUAL["unexplained"], "to": VIRTUAL["unexplained"]} | line
        said |= {"kind": "adjustment", "discrepancy": row["id"], "approved_by": by}
        if row["work_order"] is not None:
            said["work_order"] = row["work_order"]
        at = f"/movements/{number}"
        made.append(move(uuid4(), work, said, by=by, moment=moment, caused_by=caused_by, at=at))
    return made
