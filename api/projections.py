"""Projections: how far the views have got, making one anew, and proving that it says what the log says."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

from flask import Response

from api.encoding import answer
from api.noun import Noun
from api.reading import looking
from api.schemas import Past, Strict
from api.services import services
from api.who import asking
from domain.problem import Kind, NotFound, Problem
from projections.catalogue import PROJECTIONS
from projections.failures import FoldError
from projections.overview import overview
from projections.rebuild import rebuild as make_anew
from projections.replay import with_needs
from projections.verify import verify as compare

views = Noun("projections", "The views: how far they have got, made anew, verified.")

VIEW: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "state": {"type": "string", "enum": ["ready", "outdated", "stopped", "missing"]},
        "position": {"type": "integer"},
        "lag": {"type": "integer", "description": "Events that it lacks."},
        "parked": {"type": "integer", "description": "Events that it could not take in; a rebuild tries them again."},
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
REBUILT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "position": {"type": "integer"},
        "ms": {"type": "integer", "description": "How long it took."},
    },
}
VERIFIED: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "position": {"type": "integer"},
        "equal": {"type": "boolean"},
        "rows": {"type": "object", "additionalProperties": {"type": "integer"}},
        "differences": {"type": "array", "items": {"type": "object"}},
    },
}


class ViewStays(Problem):
    """The view stays as it was: made anew by this version, it would lack an event that it has."""

    kind = Kind.CONFLICT


class Waiting(Strict):
    """What may be asked of the views as they stand."""

    at_least = Past().fields["at_least"]


@views.opens("GET", "", Waiting, 200, VIEWS)
def standing(query: dict[str, Any]) -> Response:
    """Each view with its position, the events it lacks and its rows."""
    asking()
    with looking(query) as reader:
        return answer({"items": overview(reader, PROJECTIONS), "next": None, "position": reader.position})


@views.opens("POST", "/<name>/rebuild", Strict, 200, REBUILT)
def rebuild(_: dict[str, Any], name: str) -> Response:
    """Make one view anew from the first event on; reading and writing go on meanwhile."""
    asking()
    begun = perf_counter()
    try:
        position = make_anew(services().projecting, PROJECTIONS, [_known(name)])
    except FoldError as error:
        raise ViewStays(f"{str(error).capitalize()}.") from error
    return answer({"name": name, "position": position, "ms": round((perf_counter() - begun) * 1000)})


@views.opens("POST", "/<name>/verify", Strict, 200, VERIFIED)
def verify(_: dict[str, Any], name: str) -> Response:
    """Compare one view, row for row, with a fold from the first event on."""
    asking()
    for found in compare(services().projecting, PROJECTIONS, [_known(name)]):
        differences = [difference._asdict() for difference in found.differences]
        told = {"name": name, "position": found.position, "rows": found.rows}
        return answer(told | {"equal": not differences, "differences": differences})
    raise NotFound(f"The view {name} waits for its rebuild.")


def _known(name: str) -> str:
    if name not in {each.name for each in with_needs(PROJECTIONS)}:
        raise NotFound(f"There is no view called {name[:100]}.")
    return name
