"""Push: operations in, their results out and, where asked, what has changed."""

from __future__ import annotations

from flask import Response

from api.http.authentication import current_device
from api.http.encoding import JSON
from api.http.services import services
from api.sync.blueprint import received_body, sync


@sync.post("/push")
def push() -> Response:
    """Take operations in, and answer with their results and, where asked, with what has changed."""
    who, received = current_device(), received_body()
    with services().gate.push(who.device):
        body = services().push.reply(who, *received)
    return Response(body, mimetype=JSON)
