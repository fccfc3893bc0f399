"""How far a device is trusted, and why a decision about one can be refused."""

from __future__ import annotations

from enum import StrEnum

from domain.kernel.problem import Refused

CLOCK_STEP_MS = 60_000
"""A clock's offset is recorded when it differs by more than this from the last one recorded."""


class DeviceStatus(StrEnum):
    """Whether a device may talk to us, and whether we believe it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class DeviceIsRevoked(Refused):
    """The device is revoked; enrol it again first."""


class DeviceIsWiped(Refused):
    """The device was ordered to erase itself; enrol it as a new one."""


class NotWaiting(Refused):
    """The operation is neither quarantined nor held; somebody may have decided about it already."""


class SeveralTexts(Refused):
    """Several operations wait under this id; say by `text_position` which one is meant."""
