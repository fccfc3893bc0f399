"""The blueprint that every verb of the sync protocol adds its routes to, and what all of them ask."""

from __future__ import annotations

from flask import Blueprint

from api.services import services
from api.who import asking_device
from domain.problem import Kind, Problem
from store.identity import DeviceIdentity

sync = Blueprint("sync", __name__, url_prefix="/sync/v1")


class DeviceSuspended(Problem):
    """The office has suspended this device: it may send, and reads nothing until it is trusted again."""

    kind = Kind.FORBIDDEN


def may_read() -> DeviceIdentity:
    """The device, if it is trusted enough to be told anything; raises `DeviceSuspended` and `UpgradeRequired`."""
    who = asking_device()
    if who.standing != "active":
        raise DeviceSuspended
    services().pull.must_serve(who)
    return who
