"""The blueprint that every verb of the sync protocol adds its routes to, and what all of them ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic, perf_counter
from typing import NamedTuple

from flask import Blueprint, g, request

from api.http.authentication import current_device
from api.http.services import services
from domain.access.identity import DeviceIdentity
from domain.kernel.instant import now
from domain.kernel.problem import Kind, Problem

sync = Blueprint("sync", __name__, url_prefix="/sync/v1")


class DeviceSuspended(Problem):
    """The office has suspended this device: it may send, and reads nothing until it is trusted again."""

    kind = Kind.FORBIDDEN


class Received(NamedTuple):
    """A body with its content encoding, when it was there wholly, and how long after the request's beginning."""

    body: bytes
    encoding: str | None
    at: datetime
    took: timedelta


def received_body() -> Received:
    """The request's body, read to its end before anybody stands in a line for it: a slow sender holds up nobody."""
    body = request.get_data()
    return Received(body, request.headers.get("Content-Encoding"), now(), request_age())


def request_age() -> timedelta:
    """How long ago the first byte of this request was there, which may be long before a thread is given to it."""
    first = request.environ.get("callout.first_byte")
    return timedelta(seconds=perf_counter() - g.begun if first is None else monotonic() - first)


def require_active_device() -> DeviceIdentity:
    """The device, if it is trusted enough to be told anything; raises `DeviceSuspended` and `UpgradeRequired`."""
    who = current_device()
    if who.standing != "active":
        raise DeviceSuspended
    services().pull.must_serve(who)
    return who
