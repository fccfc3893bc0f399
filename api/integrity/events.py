"""Events of the log, for auditors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import orjson
from flask import Response

from api.http.fields import Choice, Id, Instant, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.rows import api_schema
from api.http.schemas import Page
from api.http.services import services
from domain.kernel.problem import NotFound
from projections.integrity import history as view
from sync.notices import NOTICES

events = Noun("events", "The event log: what happened, when it was recorded, by whom and from which device.")

_LATEST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(microseconds=1)
RECORD: Final = api_schema(
    view.EventRow,
    record={"type": "object", "description": "The canonical record as it is hashed, personal text sealed."},
    data={"type": "object", "description": "The event's own data, personal text readable until erased."},
)

_NOTICE: Final = "The notice about an operation when it was recorded; its first event is listed."


class Filters(Page):
    """Which events; instants are from the first up to, not including, the second of each pair."""

    stream = Id()
    topic = Text(100, metadata={"description": "One topic (`stock.moved`) or all of a noun (`stock`)."})
    actor = Id()
    device = Id()
    operation = Id()
    correlation = Id()
    occurred_from = Instant()
    occurred_to = Instant()
    recorded_from = Instant()
    recorded_to = Instant()
    notice = Choice(tuple(NOTICES), metadata={"description": _NOTICE})


@events.lists(view.EventRow, Filters)
def list_events(query: dict[str, Any]) -> Response:
    """Events by position."""
    wanted = filters(query)
    if (as_of := query.get("as_of")) is not None:
        bound = min(as_of, _LATEST) + timedelta(microseconds=1)
        wanted["occurred_to"] = min(bound, wanted.get("occurred_to", bound))
    with open_reader(query) as reader:
        return page_response(reader, query, view.history(reader, **page_arguments(query), **wanted), key=("position",))


@events.shows(RECORD, path="/<int:position>")
def show_event(query: dict[str, Any], position: int) -> Response:
    """One event: its canonical record, as it is hashed, and its data with readable personal text."""
    with open_reader(query) as reader:
        row = view.event(reader, position)
    if row is None:
        raise NotFound
    [read] = services().log.reader.read([row["record"]])
    shown = {**row, "record": orjson.Fragment(row["record"]), "data": msgspec.to_builtins(read.data)}
    return item_response(reader, shown)
