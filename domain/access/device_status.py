"""The status of a device, and the refusals of decisions about one."""

from __future__ import annotations

from enum import StrEnum

from domain.kernel.problem import Refused

CLOCK_STEP_MS = 60_000
"""A clock's offset is recorded when it differs by more than this from the last one recorded."""


class DeviceStatus(StrEnum):
    """The status of a device; a suspended one may send, and its operations are quarantined."""

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
    """Several operations wait under this id; name the one that is meant by its `text_position`."""
