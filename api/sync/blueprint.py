"""The blueprint of the sync protocol, and functions that its routes share."""

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
    """The office has suspended this device: it may send, and receives nothing until it is trusted again."""

    kind = Kind.FORBIDDEN


class Received(NamedTuple):
    """A body with its content encoding, when it was complete, and the time since the request began."""

    body: bytes
    encoding: str | None
    at: datetime
    took: timedelta


def received_body() -> Received:
    """The complete body of the request; read it before entering a queue, so that a slow sender blocks nobody."""
    body = request.get_data()
    return Received(body, request.headers.get("Content-Encoding"), now(), request_age())


def request_age() -> timedelta:
    """The time since the first byte of this request arrived, which may be long before a thread handles it."""
    first = request.environ.get("callout.first_byte")
    return timedelta(seconds=perf_counter() - g.begun if first is None else monotonic() - first)


def require_active_device() -> DeviceIdentity:
    """The device of the request, which may read; raises `DeviceSuspended` and `UpgradeRequired`."""
    who = current_device()
    if who.status != "active":
        raise DeviceSuspended
    services().pull.must_serve(who)
    return who
