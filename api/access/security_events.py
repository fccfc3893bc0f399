"""The security log, for admins and auditors."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.http.encoding import json_response
from api.http.fields import Id, Instant, Text, Whole
from api.http.noun import Noun
from api.http.schemas import Strict
from api.http.services import services

security_events = Noun(
    "security-events", "Sign-ins, refusals and changes of accounts and devices, apart from the event log."
)

_ID: Final = {"type": ["string", "null"], "format": "uuid"}
_AT: Final = {"type": "string", "format": "date-time"}
PAGE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "kind": {"type": "string"},
                    "at": _AT,
                    "last_at": _AT,
                    "many": {"type": "integer", "description": "How often within a minute, at least."},
                    "address": {"type": "string"},
                    "login": {
                        "type": ["string", "null"],
                        "description": "The login that was sent, when no user has it.",
                    },
                    "user": _ID,
                    "actor": _ID,
                    "device": _ID,
                    "subject": {"type": "string"},
                },
            },
        },
        "next": {"type": ["integer", "null"], "description": "Give it as `cursor`; null on the last page."},
    },
}


class Filters(Strict):
    """Which events, the latest first."""

    limit = Whole(1, 500, written=True, load_default=50)
    cursor = Whole(written=True, metadata={"description": "`next` of the page before."})
    kind = Text(60)
    user = Id(metadata={"description": "The user whose account it is about, or who caused it."})
    address = Text(64)
    since = Instant()


@security_events.plain_route("GET", "", Filters, 200, PAGE)
def list_security_events(query: dict[str, Any]) -> Response:
    """Security events, the latest first."""
    limit, before = query.pop("limit"), query.pop("cursor", None)
    found = services().security.page(limit=limit + 1, before=before, **query)
    items = [each._asdict() for each in found[:limit]]
    return json_response({"items": items, "next": items[-1]["id"] if len(found) > limit else None})
