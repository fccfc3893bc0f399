"""Operations that move parts: used, taken out, scrapped, sent and received."""

from __future__ import annotations

from datetime import date
from typing import cast
from uuid import UUID

from domain.kernel.local_time import local_day
from domain.kernel.quantity import parse_quantity
from domain.kernel.reason import reason_and_note
from domain.stock.location import VIRTUAL, Location
from domain.stock.movement import Movement, MovementKind
from domain.stock.movement_reasons import MOVEMENT_REASONS
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from sync.notices import Notice, mismatch, notice
from sync.operations.handler import Handler, fact
from sync.operations.stock.shapes import PartMoved, PartTaken, PartTransferred, PartUsed
from sync.outcome import Context, Outcome


def _moved(context: Context, data: PartMoved, kind: MovementKind, from_: UUID, to: UUID) -> Movement:
    """The fields that every movement of a device has; the movement of an unknown part has no cost."""
    place: Location = context.require(Location, data.location)
    part = context.work.find(Part, data.part)
    on = _day_at(context, place)
    return {
        "kind": kind,
        "part": data.part,
        "quantity": parse_quantity(data.quantity, pointer="/data/quantity"),
        "from_": from_,
        "to": to,
        "serials": data.serials,
        "lot": data.lot,
        "unit": data.unit,
        "cost": part.cost_on(on) if part else None,
        "cost_per": part.cost_per(on) if part else None,
        "technician": context.technician,
    }


def _day_at(context: Context, place: Location) -> date:
    """The date of the operation at the place, for the cost; in the technician's zone where the place has none."""
    return local_day(context.occurred_at, place.zone or context.zone)


def _recorded(context: Context, movement: Movement, order: WorkOrder | None = None, *more: Notice) -> Outcome:
    notices = (*(context.misfits(order) if order else ()), *more)
    if context.work.find(Part, movement["part"]) is None:
        notices = (*notices, notice("unknown_part", {"part": movement["part"]}))
    if order:
        movement |= {"customer": order.customer, "case": order.case, "equipment": order.equipment}
    moved = StockMovement.record(id=context.operation, **movement)
    return Outcome((moved,), notices, order.case if order else None)


def _on_another_visit(context: Context, data: PartUsed, order: WorkOrder) -> tuple[Notice, ...]:
    visit = context.work.find(Visit, data.visit)
    if visit is None or visit.work_order == order.id:
        return ()
    return (mismatch("visit", visit.id),)


def _reason_fields(context: Context, data: PartTaken, order: WorkOrder | None) -> Movement:
    """The fields for a reason: a code, or free text as a note about the customer or else the technician."""
    person = order.customer if order else context.technician
    return cast("Movement", {**reason_and_note(data.reason, MOVEMENT_REASONS), "person": person})


@fact("part_used", PartUsed)
def used(context: Context, data: PartUsed) -> Outcome:
    """A part built in: it moves to the equipment, or to the customer where that is not known."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    movement = _moved(context, data, "consumption", data.location, order.equipment or VIRTUAL["customer"])
    movement |= {"work_order": order.id, "visit": data.visit, "billable": data.billable}
    return _recorded(context, movement, order, *_on_another_visit(context, data, order))


@fact("part_removed", PartTaken)
def removed(context: Context, data: PartTaken) -> Outcome:
    """A part taken out of the equipment, a defective core for example."""
    order = context.require(WorkOrder, data.work_order) if data.work_order else None
    origin = order.equipment if order and order.equipment else VIRTUAL["customer"]
    movement = _moved(context, data, "removal", origin, data.location)
    movement |= {"work_order": data.work_order, **_reason_fields(context, data, order)}
    return _recorded(context, movement, order, *context.van_misfits(data.location))


@fact("part_scrapped", PartTaken)
def scrapped(context: Context, data: PartTaken) -> Outcome:
    """A part thrown away."""
    order = context.require(WorkOrder, data.work_order) if data.work_order else None
    movement = _moved(context, data, "scrap", data.location, VIRTUAL["scrap"])
    movement |= {"work_order": data.work_order, **_reason_fields(context, data, order)}
    return _recorded(context, movement, order, *context.van_misfits(data.location))


@fact("part_sent", PartTransferred)
def sent(context: Context, data: PartTransferred) -> Outcome:
    """A part on its way to another location."""
    context.require(Location, data.counterparty)
    movement = _moved(context, data, "transfer_out", data.location, VIRTUAL["transit"])
    return _recorded(context, movement | {"transfer": data.transfer}, None, *context.van_misfits(data.location))


@fact("part_received", PartTransferred)
def received(context: Context, data: PartTransferred) -> Outcome:
    """A part that came from another location."""
    context.require(Location, data.counterparty)
    movement = _moved(context, data, "transfer_in", VIRTUAL["transit"], data.location)
    return _recorded(context, movement | {"transfer": data.transfer}, None, *context.van_misfits(data.location))


HANDLERS: tuple[Handler, ...] = (used, removed, scrapped, sent, received)
