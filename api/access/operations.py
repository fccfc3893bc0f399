"""Operations of devices that the office has to know of: put aside or refused, and what it decided."""

from __future__ import annotations

from typing import Any, Final, get_args
from uuid import UUID

import msgspec
from flask import Response

from api.http.command_route import answered, request_of
from api.http.fields import Choice, Id, Text, Whole
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.rows import shape_of
from api.http.schemas import DONE, Body, Command, Page, Past
from api.http.services import services
from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.access.device import Device
from domain.access.operation_status import OperationStatus
from domain.recording.answers import UnrecordableError
from projections.access import operation_queries as queries
from projections.access import operations as view
from projections.engine.table import Row
from sync.release import StillNotUnderstood
from sync.release import discard as make_nothing_of
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


_WHICH: Final = "`text_position` of the one that is meant; needed when several wait under the id."


class Which(Command):
    """Which of several operations under one id."""

    text_position = Whole(1, metadata={"description": _WHICH})


class Reason(Which):
    """Why nothing is made of it."""

    reason = Text(500, required=True)


class One(Past):
    """Which of several operations under one id; the first when it is left out."""

    text_position = Whole(1, written=True, metadata={"description": "Where the operation was put aside."})


class Filters(Page):
    """Which operations."""

    operation = Id()
    status = Choice(get_args(OperationStatus))
    device = Id()
    technician = Id()
    type = Text(100)


@operations.opens("POST", "/<uuid:id>/release", Which, 200, RELEASED)
def release(body: Body, id: UUID) -> Response:
    """Take an operation that was put aside in after all, with its own time and device, and say what does not fit."""

    def command(context: CommandContext) -> Changed:
        envelope = context.request.envelope(None, context.zone)
        released = take_in(context.log, context.work, id, envelope, body.get("text_position"))
        notices = msgspec.to_builtins(released.notices)
        return Changed(context.work.get(Device, released.device), (), {"id": id, "notices": notices})

    try:
        return answered(services().runner.run(request_of(body), command))
    except UnrecordableError as error:
        raise StillNotUnderstood("What it says cannot be recorded, or its id belongs to something else.") from error


@operations.command("discard", Reason)
def discard(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Make nothing of an operation that was put aside; its text and the reason stay on record."""
    device = make_nothing_of(context.log, context.work, id, body["reason"], body.get("text_position"))
    return Changed(device, (), {"id": id})


@operations.lists(view.OPERATIONS, Filters)
def put_aside(query: dict[str, Any]) -> Response:
    """The operations, the last put aside first."""
    with looking(query, view.Operations()) as reader:
        rows = queries.operations(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("text_position",))


@operations.shows(shape_of(view.OPERATIONS, **BODY), One)
def operation(query: dict[str, Any], id: UUID) -> Response:
    """One operation, with its untouched text; of several under the id the first, unless `text_position` names one."""
    with looking(query, view.Operations()) as reader:
        row = queries.operation(reader, id, query.get("text_position"))
        return one(reader, None if row is None else row | _text_of(row))


def _text_of(row: Row) -> dict[str, Any]:
    """What was put aside, out of the log: None once it has been erased, and for what was not put aside."""
    kept = services().log.texts(row["device"], [row["text_version"]])
    if not kept or kept[0].event.data.body is None:
        return {"body": None, "body_encoding": None}
    data = kept[0].event.data
    return {"body": data.body, "body_encoding": getattr(data, "encoding", "utf-8")}
