"""Operations of devices that the office has to know of: put aside or refused, and what it decided."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from flask import Response

from api import office
from api.fields import Choice, Id, Text
from api.noun import Noun
from api.order import Order
from api.reading import filters, looking, one, page, paged
from api.schemas import DONE, Body, Command, Page
from api.services import services
from api.who import asking
from domain.device import Device
from domain.problem import NotFound
from projections import operations as view
from store.log import Work
from sync.release import release as take_in

operations = Noun("operations", "What devices sent and was put aside or refused, and what the office decided.")

RELEASED: Final[dict[str, Any]] = DONE | {
    "properties": DONE["properties"]
    | {"notices": {"type": "array", "items": {"type": "object"}, "description": "What does not fit."}}
}


class Reason(Command):
    """Why nothing is made of it."""

    reason = Text(500, required=True)


class Filters(Page):
    """Which operations."""

    status = Choice(("quarantined", "released", "discarded", "rejected"))
    device = Id()
    technician = Id()
    type = Text(100)


@operations.command("release", reply=RELEASED)
def release(body: Body, id: UUID) -> Response:
    """Take a quarantined operation in after all, with its own time and device, and say what does not fit."""
    order = Order(asking(), body)

    def decide(work: Work) -> office.Decided:
        released = take_in(services().log, work, id, order.envelope(None))
        told = {"id": id, "notices": msgspec.to_builtins(released.notices)}
        return office.Decided(work.get(Device, released.device), (), told)

    return office.carry_out(order, decide)


@operations.command("discard", Reason)
def discard(body: Body, id: UUID) -> Response:
    """Make nothing of a quarantined operation; its text and the reason stay on record."""
    order = Order(asking(), body)

    def decide(work: Work) -> office.Decided:
        device = work.get(Device, _sender_of(id))
        device.discard(id, reason=body["reason"])
        return office.Decided(device, (), {"id": id})

    return office.carry_out(order, decide)


@operations.lists(view.OPERATIONS, Filters)
def put_aside(query: dict[str, Any]) -> Response:
    """The operations, the last recorded first."""
    asking()
    with looking(query, view.Operations()) as reader:
        rows = view.operations(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("recorded_at", "operation"))


@operations.shows(view.OPERATIONS)
def operation(query: dict[str, Any], id: UUID) -> Response:
    """One operation, with its untouched text."""
    asking()
    with looking(query, view.Operations()) as reader:
        return one(reader, view.operation(reader, id))


def _sender_of(operation: UUID) -> UUID:
    """The device whose operation was put aside."""
    records = services().log.operations.quarantined(operation)
    if not records:
        raise NotFound(f"No operation {operation} has been quarantined.")
    return services().log.reader.read(records[:1])[0].stream
