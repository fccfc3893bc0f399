"""Push: operations in, their results out and, where asked, what has changed."""

from __future__ import annotations

import msgspec
from flask import Response, request

from api.encoding import JSON
from api.services import services
from api.sync.blueprint import sync
from api.who import asking_device
from domain.instant import format_instant, now
from sync.envelope import parse_push
from sync.push import Pushed

READ_YOUR_WRITES_SECONDS = 5.0


@sync.post("/push")
def push() -> Response:
    """Take operations in, and answer with their results and, where asked, with what has changed."""
    who = asking_device()
    received_at = now()
    asked = parse_push(request.get_data(), request.headers.get("Content-Encoding"))
    pushed = services().push.take(who, asked, received_at)
    ahead = round((asked.now - received_at).total_seconds() * 1000)
    services().standings.saw(who.device, clock_offset_ms=ahead, pulled_through=asked.last_seen())
    parts = [
        b'{"epoch":"%s","acknowledged":%d,"server_time":"%s","results":'
        % (str(pushed.epoch).encode(), pushed.acknowledged, format_instant(received_at).encode()),
        msgspec.json.encode(pushed.results),
    ]
    if asked.pull is not None and who.standing == "active" and _caught_up(pushed):
        changes = services().pull.reply(who, asked.pull.cursor, asked.pull.limit, received_at)
        parts += [b',"changes":', changes]
    return Response(b"".join((*parts, b"}")), mimetype=JSON)


def _caught_up(pushed: Pushed) -> bool:
    position = pushed.last_position()
    return position == 0 or services().views.wait_until(position, READ_YOUR_WRITES_SECONDS)
