"""Pull: what has changed in the device's slice since its cursor."""

from __future__ import annotations

from random import uniform

from flask import Response, request

from api.http.encoding import JSON
from api.http.reading import see_what_was_written
from api.http.services import services
from api.http.who import admit
from api.sync.blueprint import may_read, sync
from domain.access.device_limits import MOST_CHANGES, MOST_WAIT
from domain.kernel.digits import whole_number
from domain.kernel.instant import now
from sync.envelope import PullAsked
from sync.problems import MalformedEnvelope
from sync.pull import Page

LONGEST_WAIT = 4
SHORTEST_SHARE = 0.8


@sync.get("/pull")
def pull() -> Response:
    """What has changed in the device's slice since its cursor, as soon as there is something."""
    who, asked = may_read(), _asked()
    wait = _seconds(request.args.get("wait", "0"))
    with services().gate.pull(who.device):
        if not wait:
            see_what_was_written()
        page = services().pull.page(who, asked.cursor, asked.limit, now())
    if not who.seen_lately:
        services().standings.saw(who.device, pulled_through=page.after)
    if wait and page.is_empty:
        page = _later(page, asked, wait)
    return Response(page.body, mimetype=JSON)


def _later(empty: Page, asked: PullAsked, seconds: float) -> Page:
    """The page when there is something, or the empty one; no connection is held while nothing happens."""
    who = may_read()
    with services().gate.waiting(who):
        # Devices that began to wait together must not all come back together.
        come = services().pull.wait(who, empty, seconds * uniform(SHORTEST_SHARE, 1))  # noqa: S311 - dice
    admit()  # once more: the office may have thought better of it while the device waited
    who = may_read()
    if not come:
        return empty
    with services().gate.news():
        return services().pull.page(who, asked.cursor, asked.limit, now())


def _asked() -> PullAsked:
    limit = whole_number(request.args.get("limit", "500"))
    if limit is None or not 1 <= limit <= MOST_CHANGES:
        detail = f"The limit is a whole number from 1 to {MOST_CHANGES}."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/limit", "detail": detail}])
    return PullAsked(request.args.get("cursor") or None, limit)


def _seconds(text: str) -> float:
    seconds = whole_number(text)
    if seconds is None or len(text) > LONGEST_WAIT:
        detail = "Wait a whole number of seconds."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/wait", "detail": detail}])
    return min(float(seconds), MOST_WAIT)
