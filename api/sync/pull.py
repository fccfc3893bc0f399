"""Pull: what has changed in the device's slice since its cursor."""

from __future__ import annotations

from random import uniform

from flask import Response, request

from api.http.authentication import authorize
from api.http.encoding import JSON
from api.http.reading import wait_for_recorded
from api.http.services import services
from api.sync.blueprint import require_active_device, sync
from domain.access.device_limits import MOST_CHANGES, MOST_WAIT
from domain.kernel.digits import whole_number
from domain.kernel.instant import now
from sync.envelope import PullRequest
from sync.problems import malformed_member
from sync.pull import Page

LONGEST_WAIT = 4
SHORTEST_SHARE = 0.8


@sync.get("/pull")
def pull() -> Response:
    """The changes in the device's slice since its cursor; with `wait`, as soon as there are any."""
    who, query = require_active_device(), _parse_query()
    wait = _seconds(request.args.get("wait", "0"))
    with services().gate.pull(who.device):
        if not wait:
            wait_for_recorded()
        page = services().pull.page(who, query.cursor, query.limit, now())
    if not who.seen_lately:
        services().device_statuses.record_report(who.device, pulled_through=page.after)
    if wait and page.is_empty:
        page = _wait_for_changes(page, query, wait)
    return Response(page.body, mimetype=JSON)


def _wait_for_changes(empty: Page, query: PullRequest, seconds: float) -> Page:
    """The next page with changes, or the empty one after `seconds`; waits without a database connection."""
    who = require_active_device()
    with services().gate.waiting(who):
        # Randomized, so that devices that began to wait together do not all return together.
        has_changes = services().pull.wait(who, empty, seconds * uniform(SHORTEST_SHARE, 1))  # noqa: S311 - no secret
    authorize()  # again: the device may have been revoked while it waited
    who = require_active_device()
    if not has_changes:
        return empty
    with services().gate.news():
        return services().pull.page(who, query.cursor, query.limit, now())


def _parse_query() -> PullRequest:
    limit = whole_number(request.args.get("limit", "500"))
    if limit is None or not 1 <= limit <= MOST_CHANGES:
        detail = f"The limit is a whole number from 1 to {MOST_CHANGES}."
        raise malformed_member("/limit", detail)
    return PullRequest(request.args.get("cursor") or None, limit)


def _seconds(text: str) -> float:
    seconds = whole_number(text)
    if seconds is None or len(text) > LONGEST_WAIT:
        detail = "Wait a whole number of seconds."
        raise malformed_member("/wait", detail)
    return min(float(seconds), MOST_WAIT)
