"""A lost device: it hands in what it still holds, erases itself and says so."""

from __future__ import annotations

from flask import Response, request

from api.encoding import JSON, answer
from api.services import services
from api.sync.blueprint import sync
from api.who import asking_device
from domain.instant import format_instant, now


@sync.post("/salvage")
def salvage() -> Response:
    """Keep the whole outbox for the office."""
    who = asking_device()
    with services().gate.push(who.device):
        body = services().salvage.reply(who, request.get_data(), request.headers.get("Content-Encoding"), now())
    return Response(body, mimetype=JSON)


@sync.post("/wiped")
def wiped() -> Response:
    """Note that the device has erased itself; its tokens are of no more use."""
    who = asking_device()
    wiped_at = now()
    services().salvage.record_wipe(who, wiped_at)
    return answer({"wiped_at": format_instant(wiped_at)})
