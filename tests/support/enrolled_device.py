"""A device that has enrolled with its code, and its tokens."""

from __future__ import annotations

from uuid import UUID

from store.device_access import DeviceAccess
from store.device_tokens import Pair
from store.enrolling import Enrolment

TECHNICIAN = UUID("0191cb40-11d2-7000-8f00-9d0f6b7c0001")


def enrolled(devices: DeviceAccess, install_id: str = "phone") -> Enrolment:
    code, _ = devices.issue_code(TECHNICIAN)
    return devices.enrol(code, install_id, "1.0")


def tokens(devices: DeviceAccess, device: Enrolment) -> Pair:
    return devices.issue_tokens(device.device, device.incarnation, device.technician)
