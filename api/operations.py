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
from api.rows import shape_of
from api.schemas import DONE, Body, Command, Page
from api.services import services
from api.who import asking
from domain.device import Device
from domain.problem import NotFound
from projections import operations as view
from projections.table import Row
from store.answers import UnrecordableError
from store.work import Work
from sync.release import StillNotUnderstood
from sync.release import release as take_in

operations = Noun("operations", "What devices sent and was put aside or refused, and what the office decided.")

RELEASED: Final[dict[str, Any]] = DONE | {
    "properties": DONE["properties"]
    | {"notices": {"type": "array", "items": {"type": "object"}, "description": "What does not fit."}}
}
BODY: Final[dict[str, Any]] = {
    "body": {"type": ["string", "null"], "description": "As the device sent it; null once it has been erased."},
    "body_encoding": {
        "type": ["string", "null"],
        "description": "`utf-8`, or `base64` for bytes that are no UTF-8.",
    },
}


class Reason(Command):
    """Why nothing is made of it."""

    reason = Text(500, required=True)


class Filters(Page):
    """Which operations."""

    status = Choice(("quarantined", "released", "discarded", "rejected", "held", "applied", "conflicted"))
    device = Id()
    technician = Id()
    type = Text(100)


@operations.command("release", reply=RELEASED)
def release(body: Body, id: UUID) -> Response:
    """Take an operation that was put aside in after all, with its own time and device, and say what does not fit."""
    order = Order(asking(), body)

    def decide(work: Work) -> office.Decided:
        released = take_in(services().log, work, id, order.envelope(None))
        told = {"id": id, "notices": msgspec.to_builtins(released.notices)}
        return office.Decided(work.get(Device, released.device), (), told)

    try:
        return office.carry_out(order, decide)
    except UnrecordableError as error:
        raise StillNotUnderstood("What it says cannot be recorded, or its id belongs to something else.") from error


@operations.command("discard", Reason)
def discard(body: Body, id: UUID) -> Response:
    """Make nothing of an operation that was put aside; its text and the reason stay on record."""
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


@operations.shows(shape_of(view.OPERATIONS, **BODY))
def operation(query: dict[str, Any], id: UUID) -> Response:
    """One operation, with its untouched text."""
    asking()
    with looking(query, view.Operations()) as reader:
        row = view.operation(reader, id)
        return one(reader, None if row is None else row | _text_of(row))


def _text_of(row: Row) -> dict[str, Any]:
    """What was put aside, out of the log: None once it has been erased, and for what was not put aside."""
    for event in services().log.put_aside(row["operation"]):
        if (event.stream, event.data.seq) == (row["device"], row["seq"]) and event.data.body is not None:
            return {"body": event.data.body, "body_encoding": getattr(event.data, "encoding", "utf-8")}
    return {"body": None, "body_encoding": None}


def _sender_of(operation: UUID) -> UUID:
    """The device whose operation was put aside."""
    put_aside = services().log.put_aside(operation)
    if not put_aside:
        raise NotFound(f"No operation {operation} has been put aside.")
    return put_aside[0].stream
