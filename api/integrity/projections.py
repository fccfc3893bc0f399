"""Projections: position and state of each view, and the jobs that rebuild or verify one."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.http.authentication import current_author
from api.http.encoding import json_response
from api.http.jobs import JOB, accepted_response
from api.http.noun import Noun
from api.http.reading import open_reader
from api.http.schemas import Past, Strict
from api.http.services import services
from domain.kernel.problem import NotFound
from projections.catalogue import PROJECTIONS
from projections.engine.overview import overview
from projections.engine.replay import with_needs
from store.long_jobs import ask_for

views = Noun("projections", "The views: their positions, rebuilds and verifications.")

VIEW: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "state": {"type": "string", "enum": ["ready", "outdated", "stopped", "missing"]},
        "position": {"type": "integer"},
        "lag": {"type": "integer", "description": "Events that it has not processed yet."},
        "parked": {"type": "integer", "description": "Events that it could not process; a rebuild tries them again."},
        "moved_at": {"type": ["string", "null"], "format": "date-time"},
        "rows": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}
VIEWS: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": VIEW},
        "next": {"type": "null"},
        "position": {"type": "integer"},
    },
}


class Waiting(Strict):
    """A query that may wait for a position."""

    at_least = Past().fields["at_least"]


@views.plain_route("GET", "", Waiting, 200, VIEWS)
def list_projections(query: dict[str, Any]) -> Response:
    """The views, each with its position, lag and number of rows."""
    with open_reader(query) as reader:
        return json_response({"items": overview(reader, PROJECTIONS), "next": None, "position": reader.position})


@views.plain_route("POST", "/<name>/rebuild", Strict, 202, JOB)
def rebuild(_: dict[str, Any], name: str) -> Response:
    """Start a job that rebuilds one view from the first event on; reading and writing go on meanwhile."""
    return accepted_response(ask_for(services().log.pool, "rebuild", _require_view(name), current_author().id))


@views.plain_route("POST", "/<name>/verify", Strict, 202, JOB)
def verify(_: dict[str, Any], name: str) -> Response:
    """Start a job that compares one view, row for row, with a fold from the first event on."""
    return accepted_response(ask_for(services().log.pool, "verify", _require_view(name), current_author().id))


def _require_view(name: str) -> str:
    if name not in {each.name for each in with_needs(PROJECTIONS)}:
        raise NotFound(f"There is no view called {name[:100]}.")
    return name
