"""Live: a stream of server-sent events that notify a device of changes."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Response, request, stream_with_context

from api.http.authentication import authorize
from api.http.services import services
from api.sync.blueprint import require_active_device, sync
from domain.kernel.instant import now
from domain.kernel.problem import Problem

EVENTS = "text/event-stream"


@sync.get("/live")
def live() -> Response:
    """Server-sent events: one whenever something in the device's slice has changed, none of the documents."""
    who = require_active_device()
    with services().gate.pull(who.device):
        after = services().pull.begin(who, request.args.get("cursor") or None, now())
    services().device_statuses.record_report(who.device)
    stack = ExitStack()
    stack.enter_context(services().gate.waiting(who))
    events = stream_with_context(services().live.events(who, after, _is_still_authorized))
    reply = Response(events, mimetype=EVENTS, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    reply.call_on_close(stack.close)
    return reply


def _is_still_authorized() -> bool:
    """Whether the request would be authorized now: the device may be revoked, or its token expired."""
    try:
        authorize()
        require_active_device()
    except Problem:
        return False
    return True
