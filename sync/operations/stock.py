"""Operations on parts: used, taken out, scrapped, sent, received and counted."""

from __future__ import annotations

from typing import cast
from uuid import NAMESPACE_OID, UUID, uuid5

from domain.location import VIRTUAL, Location
from domain.movement import Movement, MovementKind
from domain.part import Part
from domain.quantity import parse_quantity
from domain.reason import reason_and_note
from domain.stock_count import StockCount
from domain.stock_movement import StockMovement
from domain.work_order import WorkOrder
from sync.operations.handler import Handler, fact
from sync.operations.shapes import PartMoved, PartTaken, PartTransferred, PartUsed, StockCounted
from sync.outcome import Context, Notice, Outcome

REASONS = ("defective", "damaged", "worn", "wrong_part", "expired", "lost", "core", "upgrade")
"""Codes of why a part was taken out or scrapped; anything else is kept as words."""


def _moved(context: Context, data: PartMoved, kind: MovementKind, from_: UUID, to: UUID) -> Movement:
    """What every movement of a device says; an unknown part is no reason to forget that it moved."""
    context.require(Location, data.location)
    part = context.work.find(Part, data.part)
    return {
        "kind": kind,
        "part": data.part,
        "quantity": parse_quantity(data.quantity, pointer="/data/quantity"),
        "from_": from_,
        "to": to,
        "serials": data.serials,
        "lot": data.lot,
        "cost": part.cost_on(context.occurred_at.date()) if part else None,
        "technician": context.technician,
    }


def _recorded(context: Context, movement: Movement, order: WorkOrder | None = None) -> Outcome:
    notices = context.misfits(order) if order else ()
    if context.work.find(Part, movement["part"]) is None:
        refs = {"part": str(movement["part"])}
        notices = (*notices, Notice("unknown_part", "There is no such part in the catalogue.", refs))
    if order:
        movement |= {"customer": order.customer, "case": order.case, "equipment": order.equipment}
    moved = StockMovement.record(id=context.operation, **movement)
    return Outcome((moved,), notices, order.case if order else None)


def _why(context: Context, data: PartTaken, order: WorkOrder | None) -> Movement:
    """A code stays readable; words are kept as a note about the customer, or the technician's own."""
    person = order.customer if order else context.technician
    return cast("Movement", {**reason_and_note(data.reason, REASONS), "person": person})


@fact("part_used", PartUsed)
def used(context: Context, data: PartUsed) -> Outcome:
    """A part built in: it goes to the equipment, or to the customer where that is not known."""
    order: WorkOrder = context.require(WorkOrder, data.work_order)
    movement = _moved(context, data, "consumption", data.location, order.equipment or VIRTUAL["customer"])
    movement |= {"work_order": order.id, "visit": data.visit, "billable": data.billable}
    return _recorded(context, movement, order)


@fact("part_removed", PartTaken)
def removed(context: Context, data: PartTaken) -> Outcome:
    """A part taken out of the equipment, a defective core for example."""
    order = context.require(WorkOrder, data.work_order) if data.work_order else None
    origin = order.equipment if order and order.equipment else VIRTUAL["customer"]
    movement = _moved(context, data, "removal", origin, data.location)
    movement |= {"work_order": data.work_order, **_why(context, data, order)}
    return _recorded(context, movement, order)


@fact("part_scrapped", PartTaken)
def scrapped(context: Context, data: PartTaken) -> Outcome:
    """A part thrown away."""
    order = context.require(WorkOrder, data.work_order) if data.work_order else None
    movement = _moved(context, data, "scrap", data.location, VIRTUAL["scrap"])
    movement |= {"work_order": data.work_order, **_why(context, data, order)}
    return _recorded(context, movement, order)


@fact("part_sent", PartTransferred)
def sent(context: Context, data: PartTransferred) -> Outcome:
    """A part on its way to another location."""
    context.require(Location, data.counterparty)
    movement = _moved(context, data, "transfer_out", data.location, VIRTUAL["transit"])
    return _recorded(context, movement | {"transfer": data.transfer})


@fact("part_received", PartTransferred)
def received(context: Context, data: PartTransferred) -> Outcome:
    """A part that came from another location."""
    context.require(Location, data.counterparty)
    movement = _moved(context, data, "transfer_in", VIRTUAL["transit"], data.location)
    return _recorded(context, movement | {"transfer": data.transfer})


@fact("stock_counted", StockCounted)
def counted(context: Context, data: StockCounted) -> Outcome:
    """What was seen on the shelf; a count that nobody has begun is begun by its first line."""
    location: Location = context.require(Location, data.location)
    count_id = data.count or uuid5(NAMESPACE_OID, f"count {context.operation}")
    count = context.work.find(StockCount, count_id) or StockCount.start(id=count_id, location=location.id)
    quantity = parse_quantity(data.quantity, pointer="/data/quantity", positive=False)
    count.record_line(part=data.part, location=location.id, quantity=quantity, blind=False, counter=context.technician)
    return Outcome((count,))


HANDLERS: tuple[Handler, ...] = (used, removed, scrapped, sent, received, counted)
