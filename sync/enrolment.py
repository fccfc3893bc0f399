"""Enrolment: a code from the office becomes a device with tokens, or a known installation's next incarnation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.device import Device
from domain.device_events import Installation
from domain.envelope import Envelope
from domain.instant import format_instant
from domain.technician import Technician
from store.device_access import DeviceAccess, Enrolment
from store.device_tokens import Pair
from store.log import EventLog
from sync.envelope import MOST_BYTES, MOST_CHANGES, MOST_OPERATIONS, malformed
from sync.operation import MOST_OPERATION_BYTES
from sync.pull import MOST_WAIT

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

LIMITS = {
    "operations": MOST_OPERATIONS,
    "bytes": MOST_BYTES,
    "operation_bytes": MOST_OPERATION_BYTES,
    "changes": MOST_CHANGES,
    "wait": int(MOST_WAIT),
}


class EnrolmentAsked(msgspec.Struct, frozen=True):
    """What a device says of itself when it trades in its code."""

    code: Name
    install_id: Name
    name: Name = "device"
    platform: Name = "unknown"
    app_version: Name = "0"


class RefreshAsked(msgspec.Struct, frozen=True):
    """The token that a new pair is asked for with."""

    refresh_token: Name


def parse_body(body: bytes, shape: type[Any]) -> Any:
    """The body in its shape; raises `MalformedEnvelope` with a JSON pointer."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise malformed(str(error)) from None


class EnrolmentDesk:
    """Lets devices in."""

    def __init__(self, log: EventLog, access: DeviceAccess) -> None:
        self._log = log
        self._access = access

    def enrol(self, asked: EnrolmentAsked, now: datetime) -> dict[str, Any]:
        """The new device's first reply; raises `CodeNotGood`. The event comes before the tokens."""
        enrolled = self._access.enrol(asked.code, asked.install_id, asked.app_version)
        technician = self._log.attempt(lambda: self._record(enrolled, asked, now))
        pair = self._access.issue_tokens(enrolled.device, enrolled.incarnation, enrolled.technician)
        return {
            "device_id": str(enrolled.device),
            "incarnation": enrolled.incarnation,
            "epoch": str(self._log.epoch()),
            "technician": {"id": str(enrolled.technician), "zone": technician.zone, "van": _text(technician.van)},
            **tokens_of(pair),
            "limits": LIMITS,
            "server_time": format_instant(now),
        }

    def refresh(self, asked: RefreshAsked) -> dict[str, Any]:
        """A new pair of tokens; raises `TokenReused`, `TokenExpired` or `DeviceRevoked`."""
        return tokens_of(self._access.rotate(asked.refresh_token))

    def _record(self, enrolled: Enrolment, asked: EnrolmentAsked, now: datetime) -> Technician:
        work = self._log.work()
        technician = work.get(Technician, enrolled.technician)
        said: Installation = {
            "technician": enrolled.technician,
            "install_id": asked.install_id,
            "name": asked.name,
            "platform": asked.platform,
            "app_version": asked.app_version,
        }
        device = work.find(Device, enrolled.device)
        if device is None:
            device = Device.enrol(id=enrolled.device, **said)
        else:
            device.reenrol(**said)
        envelope = Envelope(
            occurred_at=now,
            zone=technician.zone,
            actor=enrolled.technician,
            role="technician",
            device=enrolled.device,
        )
        work.add(envelope, device)
        work.commit()
        self._log.operations.begin(enrolled.device, enrolled.incarnation)
        return technician


def tokens_of(pair: Pair) -> dict[str, Any]:
    """A pair of tokens as a device gets it."""
    return pair._asdict()


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
