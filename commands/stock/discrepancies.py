"""Commands about discrepancies: reading one, finding who caused it, and settling it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from commands.running.beginning import must_be_free
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.stock.moving import Moment, move
from domain.access.user import User
from domain.kernel.aggregate import Entity
from domain.kernel.problem import NotFound, SomebodyWasFaster
from domain.stock.discrepancy import Discrepancy
from domain.stock.discrepancy_kinds import RULES
from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement
from domain.work.technician import Technician
from projections.access.people import people_behind
from projections.stock.discrepancy_queries import discrepancy
from projections.stock.discrepancy_row import DiscrepancyRow


class Found(NamedTuple):
    """A discrepancy, its row in the views, and the ids of those who caused it."""

    discrepancy: Discrepancy
    row: DiscrepancyRow
    caused_by: set[UUID]


def assign(context: CommandContext, id: UUID, *, to: UUID) -> Changed:
    """Assign it to a user or technician."""
    found = _found(context, id)
    if not (context.work.find(User, to) or context.work.find(Technician, to)):
        raise NotFound(f"There is no user or technician {to}.")
    found.discrepancy.assign(to)
    return _settled(found)


def explain(context: CommandContext, id: UUID, *, by_event: UUID, note: str | None = None) -> Changed:
    """Settle it by an explanation; not allowed to those who caused it."""
    found = _found(context, id)
    if context.work.find(Entity, by_event) is None:
        raise NotFound(f"There is nothing {by_event} that could explain it.")
    found.discrepancy.explain(by_event=by_event, by=_user(context), caused_by=found.caused_by, note=note)
    return _settled(found)


def adjust(context: CommandContext, id: UUID, *, movements: Iterable[dict[str, Any]]) -> Changed:
    """Settle it by movements, approved by the author; not allowed to those who caused it.

    Each movement has `part`, `quantity`, `from_`, `to`, `lot` and `serials`.
    """
    found, by = _found(context, id), _user(context)
    made = _adjustments(context, found, movements, by)
    ids = tuple(movement.id for movement in made)
    found.discrepancy.adjust(movements=ids, approved_by=by, caused_by=found.caused_by)
    return _settled(found, made)


def write_off(context: CommandContext, id: UUID, *, reason: str) -> Changed:
    """Settle it without movements, approved by the author; not allowed to those who caused it."""
    found = _found(context, id)
    found.discrepancy.write_off(reason=reason, approved_by=_user(context), caused_by=found.caused_by)
    return _settled(found)


def _found(context: CommandContext, id: UUID) -> Found:
    """The discrepancy as found by the views; the first decision about it begins its stream.

    Raises `SomebodyWasFaster` when it has changed since the position `seen` that the author had read.
    """
    work, request = context.work, context.request
    with context.views.now() as reader:
        row = discrepancy(reader, id)
        if row is None:
            raise NotFound(f"There is no discrepancy {id}.")
        caused_by = people_behind(reader, [event["position"] for event in row["events"]])
    if request.about.seen is not None and row["position"] > request.about.seen:
        raise SomebodyWasFaster("The discrepancy has changed since this position; read it again.")
    entity = work.find(Discrepancy, id)
    if entity is None:
        refs = tuple(UUID(row["refs"][name]) for name in RULES[row["kind"]].about)
        must_be_free(work, id)
        entity = Discrepancy.take_up(id=id, kind=row["kind"], refs=refs)
        if request.accepts is not None and not request.accepts(entity.version):
            raise SomebodyWasFaster
    return Found(entity, row, caused_by)


def _settled(found: Found, made: Iterable[StockMovement] = ()) -> Changed:
    movements = tuple(made)
    return Changed(found.discrepancy, movements, {"movements": [movement.id for movement in movements]})


def _adjustments(
    context: CommandContext, found: Found, lines: Iterable[dict[str, Any]], by: UUID
) -> list[StockMovement]:
    moment = Moment.of(context)
    about = {"kind": "adjustment", "discrepancy": found.row["id"], "approved_by": by}
    if found.row["work_order"] is not None:
        about["work_order"] = found.row["work_order"]
    made = []
    for number, line in enumerate(lines):
        fields = {"from_": VIRTUAL["unexplained"], "to": VIRTUAL["unexplained"]} | line | about
        at = f"/movements/{number}"
        made.append(move(uuid4(), context.work, fields, by=by, moment=moment, caused_by=found.caused_by, at=at))
    return made


def _user(context: CommandContext) -> UUID:
    """The id of the author, who must be a user; raises a `Problem` for the system itself."""
    by = context.by
    assert by is not None, "the system settles no discrepancy"
    return by
