"""The door of the sync protocol: who is asking, bytes in, bytes out."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, request

from api.encoding import JSON, answer
from api.reading import see_what_was_written
from api.services import services
from api.who import admit, asking_device
from domain.instant import format_instant, now
from domain.problem import Kind, Problem
from store.device_access import DeviceIdentity
from sync.enrolment import EnrolmentAsked, RefreshAsked, parse_body
from sync.envelope import MOST_CHANGES, PullAsked, parse_push
from sync.problems import MalformedEnvelope
from sync.pull import MOST_WAIT
from sync.push import Pushed

sync = Blueprint("sync", __name__, url_prefix="/sync/v1")
READ_YOUR_WRITES_SECONDS = 5.0
LONGEST_WAIT = 4


class DeviceSuspended(Problem):
    """The office has suspended this device: it may send, and reads nothing until it is trusted again."""

    kind = Kind.FORBIDDEN


@sync.post("/devices")
def enrol() -> Response:
    """Trade a code for a device and its tokens."""
    return answer(services().enrolment.enrol(parse_body(request.get_data(), EnrolmentAsked), now()), 201)


@sync.post("/token")
def refresh() -> Response:
    """Trade a refresh token for a new pair."""
    return answer(services().enrolment.refresh(parse_body(request.get_data(), RefreshAsked)))


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
        % (str(services().epoch).encode(), pushed.acknowledged, format_instant(received_at).encode()),
        msgspec.json.encode(pushed.results),
    ]
    if asked.pull is not None and who.standing == "active" and _caught_up(pushed):
        changes = services().pull.reply(who, asked.pull.cursor, asked.pull.limit, received_at)
        parts += [b',"changes":', changes]
    return Response(b"".join((*parts, b"}")), mimetype=JSON)


@sync.get("/pull")
def pull() -> Response:
    """What has changed in the device's slice since its cursor."""
    who = _may_read()
    asked = _asked()
    wait = _seconds(request.args.get("wait", "0"))
    services().standings.saw(who.device)
    see_what_was_written()
    body = services().pull.reply(who, asked.cursor, asked.limit, now(), wait)
    if wait:
        admit()  # once more: the office may have thought better of it while the device waited
        _may_read()
    return Response(body, mimetype=JSON)


def _may_read() -> DeviceIdentity:
    who = asking_device()
    if who.standing != "active":
        raise DeviceSuspended
    return who


def _caught_up(pushed: Pushed) -> bool:
    position = pushed.last_position()
    return position == 0 or services().views.wait_until(position, READ_YOUR_WRITES_SECONDS)


def _asked() -> PullAsked:
    limit = request.args.get("limit", "500")
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:6]) <= MOST_CHANGES:
        detail = f"The limit is a whole number from 1 to {MOST_CHANGES}."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/limit", "detail": detail}])
    return PullAsked(request.args.get("cursor") or None, int(limit))


def _seconds(text: str) -> float:
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_WAIT:
        detail = "Wait a whole number of seconds."
        raise MalformedEnvelope(detail, errors=[{"pointer": "/wait", "detail": detail}])
    return min(float(text), MOST_WAIT)
