"""Commands about devices."""

from __future__ import annotations

from uuid import UUID

from commands.running.simple import on
from domain.access.device import Device
from domain.access.device_events import RevocationReason
from domain.recording.unit_of_work import Work

suspend = on(Device, Device.suspend)
resume = on(Device, Device.resume)


def revoke(work: Work, id: UUID, *, reason: RevocationReason, wipe: bool | None = None) -> Device:
    """Revoke a device, effective with its next request; with `wipe` it must erase itself, for lost devices."""
    device = work.get(Device, id)
    device.revoke(reason=reason, wipe=reason == "lost" if wipe is None else wipe)
    return device
