"""Push: receives operations, answers with their results and, on request, with changes."""

from __future__ import annotations

from flask import Response

from api.http.authentication import current_device
from api.http.encoding import JSON
from api.http.services import services
from api.sync.blueprint import received_body, sync


@sync.post("/push")
def push() -> Response:
    """Record operations, and answer with their results and, on request, with the changes in the device's slice."""
    who, received = current_device(), received_body()
    with services().gate.push(who.device):
        body = services().push.reply(who, *received)
    return Response(body, mimetype=JSON)
