"""Verify: where the device holds something else than it must, and what puts that right."""

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
    """The leaves that differ from the device's, and every document that belongs into them."""
    who, body = require_active_device(), request.get_data()
    with services().gate.pull(who.device):
        asked = parse_verify(body, request.headers.get("Content-Encoding"))
        wait_for_recorded()
        return Response(services().verify.reply(who, asked, now()), mimetype=JSON)
