"""Operations of devices that were quarantined, held or refused, and the office's decisions about them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Final, TypedDict, get_args
from uuid import UUID

from flask import Response

from api.http.command_route import command_response, request_of
from api.http.fields import Choice, Id, Text, Whole
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import DONE, Body, Command, Page, Past
from api.http.services import services
from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.access.operation_status import OperationStatus
from domain.recording.answers import UnrecordableError
from projections.access import operation_queries as queries
from projections.access import operations as view
from sync import decisions
from sync.release import StillNotUnderstood

operations = Noun("operations", "Operations that were quarantined, held or refused, and the office's decisions.")

RELEASED: Final[dict[str, Any]] = DONE | {
    "properties": DONE["properties"]
    | {"notices": {"type": "array", "items": {"type": "object"}, "description": "What does not fit."}}
}


class OperationText(TypedDict):
    """The text of an operation."""

    body: Annotated[str | None, "As the device sent it; null once it has been erased."]
    body_encoding: Annotated[str | None, "`utf-8`, or `base64` for bytes that are no UTF-8."]


class OperationDetail(view.OperationRow, OperationText):
    """An operation with its text."""


_WHICH: Final = "`text_position` of the operation; needed when several operations wait under the id."


class Which(Command):
    """Which of several operations under one id."""

    text_position = Whole(1, metadata={"description": _WHICH})


class Reason(Which):
    """Why it is discarded."""

    reason = Text(500, required=True)


class One(Past):
    """Which of several operations under one id; the first when it is left out."""

    text_position = Whole(
        1, written=True, metadata={"description": "The position at which the operation was quarantined."}
    )


class Filters(Page):
    """Which operations."""

    operation = Id()
    status = Choice(get_args(OperationStatus))
    device = Id()
    technician = Id()
    type = Text(100)


@operations.plain_route("POST", "/<uuid:id>/release", Which, 200, RELEASED)
def release(body: Body, id: UUID) -> Response:
    """Record a quarantined operation after all, with its own time and device; `notices` say what does not fit."""
    command = partial(decisions.release, operation=id, text_position=body.get("text_position"))
    try:
        return command_response(services().runner.run(request_of(body), command))
    except UnrecordableError as error:
        raise StillNotUnderstood("Its content cannot be recorded, or its id belongs to something else.") from error


@operations.command("discard", Reason)
def discard(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Discard a quarantined operation; its text and the reason stay on record."""
    return decisions.discard(context, id, reason=body["reason"], text_position=body.get("text_position"))


@operations.lists(view.OperationRow, Filters)
def list_operations(query: dict[str, Any]) -> Response:
    """The operations, the last quarantined first."""
    with open_reader(query, view.Operations()) as reader:
        rows = queries.operations(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("text_position",))


@operations.shows(OperationDetail, One)
def show_operation(query: dict[str, Any], id: UUID) -> Response:
    """One operation with its original text; of several under the id the first, unless `text_position` names one."""
    with open_reader(query, view.Operations()) as reader:
        row = queries.operation(reader, id, query.get("text_position"))
        return item_response(reader, None if row is None else {**row, **_text_of(row)})


def _text_of(row: view.OperationRow) -> OperationText:
    """The text of a quarantined operation and its encoding; None for both when erased or never quarantined."""
    kept = services().log.texts(row["device"], [row["text_version"]])
    if not kept or kept[0].event.data.body is None:
        return {"body": None, "body_encoding": None}
    data = kept[0].event.data
    return {"body": data.body, "body_encoding": getattr(data, "encoding", "utf-8")}
