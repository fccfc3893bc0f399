"""Verify: finds documents on the device that differ from the server's, and sends the right ones."""

from __future__ import annotations

from flask import Response, request

from api.http.encoding import JSON
from api.http.reading import wait_for_recorded
from api.http.services import services
from api.sync.blueprint import require_active_device, sync
from domain.kernel.instant import now
from sync.verify import parse_verify


@sync.post("/verify")
def verify() -> Response:
    """The leaves of the digest that differ from the device's, and all documents in them."""
    who, body = require_active_device(), request.get_data()
    with services().gate.pull(who.device):
        asked = parse_verify(body, request.headers.get("Content-Encoding"))
        wait_for_recorded()
        return Response(services().verify.reply(who, asked, now()), mimetype=JSON)
