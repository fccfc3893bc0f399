"""A movement that the office makes: both ends found, the cost frozen, what it was for filled in, held to the rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from api.http.belonging import must_be_of, owner_of_site
from api.http.schemas import Body
from api.http.services import services
from api.stock.movement_bodies import ENDS
from domain.kernel.instant import now
from domain.kernel.local_time import local_day
from domain.kernel.problem import BadInput, NotFound, Refused
from domain.kernel.reason import reason_and_note
from domain.recording.unit_of_work import Work
from domain.stock.location import VIRTUAL, Location, LocationIsRetired, LocationKind
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from store.places import day_of_stock
from sync.operations.stock import REASONS


class Moment(NamedTuple):
    """When something moves, and the zone of the place where the request says it."""

    at: datetime
    zone: str | None

    @classmethod
    def of(cls, body: Body) -> Self:
        """When and where the request says that it happened."""
        return cls(body.occurred_at or now(), body.zone)

    def day(self, work: Work, *places: UUID) -> date:
        """The day there, where parts move from and to."""
        if self.zone is not None:
            return local_day(self.at, self.zone)
        return day_of_stock(work, self.at, *places, otherwise=services().settings.zone, owner=owner_of_site)


class VisitOfAnotherOrder(Refused):
    """The visit is for another work order; name the right one, or the visit alone."""


def move(
    id: UUID,
    work: Work,
    said: dict[str, Any],
    *,
    by: UUID,
    moment: Moment,
    caused_by: Collection[UUID] = (),
    at: str = "",
) -> StockMovement:
    """The movement that was `said`, made by the user `by` at a moment; raises a `Problem` for what cannot be.

    `at` points to where it was said; `caused_by` are all ids of those who may not approve an adjustment. Words that
    are no code of a reason are sealed as the customer's, or as the user's own where there is none.
    """
    part = work.get(Part, said["part"])
    order = _order(work, said)
    about = {} if order is None else {"customer": order.customer, "case": order.case, "equipment": order.equipment}
    from_, to = _ends(said, order, at)
    for end in (from_, to):
        _must_be_theirs(work, end, order)
    if said.get("technician") is not None:
        work.get(Technician, said["technician"])
    why = reason_and_note(said["reason"], REASONS) if said.get("reason") else {}
    on = moment.day(work, from_, to)
    movement = said | {"from_": from_, "to": to, "cost": part.cost_on(on), "cost_per": part.cost_per(on)} | about | why
    if order is not None:
        movement["work_order"] = order.id
    if movement.get("note"):
        movement["person"] = order.customer if order is not None else by
    return StockMovement.decide(
        id=id,
        from_kind=kind_of(work, from_, f"{at}/from"),
        to_kind=kind_of(work, to, f"{at}/to", leaving=False),
        tracking=part.tracking,
        unit_kept=part.unit,
        caused_by=caused_by,
        **movement,
    )


def kind_of(work: Work, id: UUID, pointer: str, *, leaving: bool = True) -> LocationKind:
    """What kind of place this is; a machine is one too. Nothing new goes to a place that is retired."""
    for kind, known in VIRTUAL.items():
        if id == known:
            return kind
    if (location := work.find(Location, id)) is not None:
        if location.is_retired() and not leaving:
            raise LocationIsRetired
        return location.kind
    if work.find(Equipment, id) is not None:
        return "equipment"
    detail = f"There is no location {id}."
    raise NotFound(detail, errors=[{"pointer": pointer, "detail": detail}])


def _order(work: Work, said: dict[str, Any]) -> WorkOrder | None:
    order = said.get("work_order")
    if "visit" in said:
        visit = work.get(Visit, said["visit"])
        if order not in (None, visit.work_order):
            raise VisitOfAnotherOrder
        order = visit.work_order
    return None if order is None else work.get(WorkOrder, order)


def _must_be_theirs(work: Work, end: UUID, order: WorkOrder | None) -> None:
    """A part that is moved for a work order goes to no machine of another customer, and comes from none."""
    machine = work.find(Equipment, end)
    if order is not None and machine is not None and machine.id != order.equipment:
        must_be_of(work, "machine", machine.customer, order.customer)


def _ends(said: dict[str, Any], order: WorkOrder | None, at: str) -> tuple[UUID, UUID]:
    from_kind, to_kind = ENDS.get(said["kind"], (None, None))
    return _end(said.get("from_"), from_kind, order, f"{at}/from"), _end(said.get("to"), to_kind, order, f"{at}/to")


def _end(said: UUID | None, usual: LocationKind | None, order: WorkOrder | None, pointer: str) -> UUID:
    if said is not None:
        return said
    if usual == "equipment":
        machine = order.equipment if order is not None else None
        return machine or VIRTUAL["customer"]
    if usual is None:
        detail = "Say where it goes." if pointer.endswith("/to") else "Say where it comes from."
        raise BadInput(detail, errors=[{"pointer": pointer, "detail": detail}])
    return VIRTUAL[usual]
