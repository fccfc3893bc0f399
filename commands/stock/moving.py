"""A movement made by the office: both ends determined, the cost fixed, its purpose filled in, its rules checked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from commands.running.belonging import must_be_of
from commands.running.context import CommandContext
from domain.kernel.bad_input import bad_member
from domain.kernel.instant import now
from domain.kernel.local_time import local_day
from domain.kernel.problem import NotFound, Refused
from domain.kernel.reason import reason_and_note
from domain.recording.places import day_of_stock
from domain.recording.unit_of_work import Work
from domain.stock.location import VIRTUAL, Location, LocationIsRetired, LocationKind
from domain.stock.movement_defaults import ENDS
from domain.stock.movement_reasons import MOVEMENT_REASONS
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from domain.work.equipment import Equipment
from domain.work.technician import Technician
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder


class Moment(NamedTuple):
    """The instant of a movement, the zone given in the request, and the company's zone."""

    at: datetime
    zone: str | None
    company_zone: str

    @classmethod
    def of(cls, context: CommandContext) -> Self:
        """The instant and zone that the request gives."""
        return cls(context.about.occurred_at or now(), context.about.zone, context.zone)

    def day(self, work: Work, *places: UUID) -> date:
        """The local day of the movement at its place."""
        if self.zone is not None:
            return local_day(self.at, self.zone)
        return day_of_stock(work, self.at, *places, otherwise=self.company_zone, owner=work.owner_of_site)


class VisitOfAnotherOrder(Refused):
    """The visit belongs to another work order; name that one, or only the visit."""


def move(
    id: UUID,
    work: Work,
    fields: dict[str, Any],
    *,
    by: UUID | None,
    moment: Moment,
    caused_by: Collection[UUID] = (),
    at: str = "",
) -> StockMovement:
    """The movement with these fields, made by the user `by` at a moment; raises a `Problem` for an invalid one.

    `at` is the JSON pointer to the fields; `caused_by` are all ids of those who may not approve an adjustment. A reason
    that is no code is sealed as the customer's personal text, or as the user's own where there is no customer.
    """
    part = work.get(Part, fields["part"])
    order = _order(work, fields)
    about = {} if order is None else {"customer": order.customer, "case": order.case, "equipment": order.equipment}
    from_, to = _ends(fields, order, at)
    for end in (from_, to):
        _must_be_theirs(work, end, order)
    if fields.get("technician") is not None:
        work.get(Technician, fields["technician"])
    why = reason_and_note(fields["reason"], MOVEMENT_REASONS) if fields.get("reason") else {}
    on = moment.day(work, from_, to)
    movement = (
        fields | {"from_": from_, "to": to, "cost": part.cost_on(on), "cost_per": part.cost_per(on)} | about | why
    )
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
    """The kind of a location; a machine is one too. Raises `LocationIsRetired` for a retired destination."""
    for kind, known in VIRTUAL.items():
        if id == known:
            return kind
    if (location := work.find(Location, id)) is not None:
        if location.is_retired() and not leaving:
            raise LocationIsRetired
        return location.kind
    if work.find(Equipment, id) is not None:
        return "equipment"
    raise NotFound.of_member(pointer, f"There is no location {id}.")


def _order(work: Work, fields: dict[str, Any]) -> WorkOrder | None:
    order = fields.get("work_order")
    if "visit" in fields:
        visit = work.get(Visit, fields["visit"])
        if order not in (None, visit.work_order):
            raise VisitOfAnotherOrder
        order = visit.work_order
    return None if order is None else work.get(WorkOrder, order)


def _must_be_theirs(work: Work, end: UUID, order: WorkOrder | None) -> None:
    """A part that is moved for a work order must not go to or from a machine of another customer."""
    machine = work.find(Equipment, end)
    if order is not None and machine is not None and machine.id != order.equipment:
        must_be_of(work, "machine", machine.customer, order.customer)


def _ends(fields: dict[str, Any], order: WorkOrder | None, at: str) -> tuple[UUID, UUID]:
    from_kind, to_kind = ENDS.get(fields["kind"], (None, None))
    return _end(fields.get("from_"), from_kind, order, f"{at}/from"), _end(fields.get("to"), to_kind, order, f"{at}/to")


def _end(named: UUID | None, usual: LocationKind | None, order: WorkOrder | None, pointer: str) -> UUID:
    if named is not None:
        return named
    if usual == "equipment":
        machine = order.equipment if order is not None else None
        return machine or VIRTUAL["customer"]
    if usual is None:
        raise bad_member(pointer, "Say where it goes." if pointer.endswith("/to") else "Say where it comes from.")
    return VIRTUAL[usual]
