"""Push: operations in, their results out and, where asked, what has changed."""

from __future__ import annotations

from flask import Response, request

from api.encoding import JSON
from api.services import services
from api.sync.blueprint import sync
from api.who import asking_device
from domain.instant import now


@sync.post("/push")
def push() -> Response:
    """Take operations in, and answer with their results and, where asked, with what has changed."""
    who = asking_device()
    with services().gate.push(who.device):
        body = services().push.reply(who, request.get_data(), request.headers.get("Content-Encoding"), now())
    return Response(body, mimetype=JSON)
