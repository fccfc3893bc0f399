"""Pull: what has changed in the device's slice since its cursor."""

from __future__ import annotations

from flask import Response, request

from api.encoding import JSON
from api.reading import see_what_was_written
from api.services import services
from api.sync.blueprint import may_read, sync
from api.who import admit
from domain.instant import now
from sync.envelope import MOST_CHANGES, PullAsked
from sync.problems import MalformedEnvelope
from sync.pull import MOST_WAIT

LONGEST_WAIT = 4


@sync.get("/pull")
def pull() -> Response:
    """What has changed in the device's slice since its cursor."""
    who = may_read()
    asked = _asked()
    wait = _seconds(request.args.get("wait", "0"))
    services().standings.saw(who.device)
    see_what_was_written()
    body = services().pull.reply(who, asked.cursor, asked.limit, now(), wait)
    if wait:
        admit()  # once more: the office may have thought better of it while the device waited
        may_read()
    return Response(body, mimetype=JSON)


def _asked() -> PullAsked:
    limit = request.args.get("limit", "500")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:6]) <= MOST_CHANGES:
        detail = f"The limit is a whole number from 1 to {MOST_CHANGES}."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/limit", "detail": detail}])
    return PullAsked(request.args.get("cursor") or None, int(limit))


def _seconds(text: str) -> float:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_WAIT:
        detail = "Wait a whole number of seconds."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/wait", "detail": detail}])
    return min(float(text), MOST_WAIT)
