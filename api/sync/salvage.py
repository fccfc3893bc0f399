"""A revoked device uploads its outbox, erases itself and confirms that."""

from __future__ import annotations

from flask import Response

from api.http.authentication import current_device
from api.http.encoding import JSON, json_response
from api.http.services import services
from api.sync.blueprint import received_body, sync
from domain.kernel.instant import format_instant, now


@sync.post("/salvage")
def salvage() -> Response:
    """Store the whole outbox for the office."""
    who, received = current_device(), received_body()
    with services().gate.push(who.device):
        body = services().salvage.reply(who, *received)
    return Response(body, mimetype=JSON)


@sync.post("/wiped")
def wiped() -> Response:
    """Record that the device has erased itself; its tokens become invalid."""
    who = current_device()
    wiped_at = now()
    with services().gate.push(who.device):
        services().salvage.record_wipe(who, wiped_at)
    return json_response({"wiped_at": format_instant(wiped_at)})
