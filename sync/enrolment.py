"""Enrolment: a code from the office becomes a device with tokens, or a known installation's next incarnation."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.characters import FIT_PATTERN
from domain.device import Device
from domain.device_events import Installation
from domain.envelope import Envelope
from domain.instant import format_instant
from domain.problem import Kind, Problem
from domain.technician import Technician
from store.blobs.blob import MOST_BYTES as MOST_BLOB_BYTES
from store.blobs.blob import PIECE
from store.device_access import DeviceAccess
from store.device_tokens import Pair
from store.enrolling import Enrolment
from store.log import EventLog
from sync.envelope import MOST_BYTES, MOST_CHANGES, MOST_OPERATIONS, decoded
from sync.holding import LONGEST
from sync.operation import MOST_OPERATION_BYTES
from sync.pull import MOST_WAIT
from sync.signature import check_key, proves

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=FIT_PATTERN)]

LIMITS = {
    "operations": MOST_OPERATIONS,
    "bytes": MOST_BYTES,
    "operation_bytes": MOST_OPERATION_BYTES,
    "changes": MOST_CHANGES,
    "wait": int(MOST_WAIT),
    "blob_bytes": MOST_BLOB_BYTES,
    "blob_chunk": PIECE,
    "kept_days": 7,
    "held_hours": int(LONGEST.total_seconds()) // 3600,
}


class EnrolmentAsked(msgspec.Struct, frozen=True):
    """What a device says of itself when it trades in its code."""

    code: Name
    install_id: Name
    name: Name = "device"
    platform: Name = "unknown"
    app_version: Name = "0"
    public_key: Name | None = None
    proof: Name | None = None

    def is_proven(self) -> bool:
        """Whether the installation has shown that it holds the key that it names; raises `BadInput` for no key."""
        if self.public_key is None:
            return False
        check_key(self.public_key, pointer="/public_key")
        return proves(self.public_key, self.proof or "", "callout enrolment", self.code, self.install_id)


class RefreshAsked(msgspec.Struct, frozen=True):
    """The token that a new pair is asked for with; a device with a key proves who it is besides."""

    refresh_token: Name
    device_id: UUID | None = None
    proof: Name | None = None


class SignatureRequired(Problem):
    """Devices sign here: send `public_key` and a `proof` that fits it."""

    kind = Kind.FORBIDDEN


def parse_body(body: bytes, shape: type[Any]) -> Any:
    """The body in its shape; raises `MalformedEnvelope` with a JSON pointer."""
    return decoded(body, partial(msgspec.json.decode, type=shape))


class EnrolmentDesk:
    """Lets devices in."""

    def __init__(self, log: EventLog, access: DeviceAccess, *, unsigned: bool) -> None:
        """`unsigned` devices may come in or not."""
        self._log = log
        self._access = access
        self._unsigned = unsigned

    def enrol(self, asked: EnrolmentAsked, now: datetime) -> dict[str, Any]:
        """The new device's first reply; the event comes before the tokens.

        Raises `CodeNotGood`, `SignatureRequired`, and `BadInput` for a key that is none.
        """
        if not asked.is_proven() and (asked.public_key is not None or not self._unsigned):
            raise SignatureRequired
        enrolled = self._access.enrol(asked.code, asked.install_id, asked.app_version, asked.public_key)
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
        device, proven = asked.device_id, None
        if device is not None and asked.proof is not None and (key := self._access.public_key(device)) is not None:
            said = ("callout token", str(device), asked.refresh_token)
            known = (
                self._log.work().find(Device, device) is not None
            )  # else its enrolment is lost: a code makes it anew
            proven = device if known and proves(key, asked.proof, *said) else None
        return tokens_of(self._access.rotate(asked.refresh_token, proven))

    def _record(self, enrolled: Enrolment, asked: EnrolmentAsked, now: datetime) -> Technician:
        work = self._log.work()
        technician = work.get(Technician, enrolled.technician)
        said: Installation = {
            "technician": enrolled.technician,
            "install_id": asked.install_id,
            "name": asked.name,
            "platform": asked.platform,
            "app_version": asked.app_version,
            "public_key": asked.public_key,
        }
        device = work.find(Device, enrolled.device)
        if device is None:
            device = Device.enrol(id=enrolled.device, incarnation=enrolled.incarnation, **said)
        elif device.incarnation < enrolled.incarnation:  # otherwise it asks again, since the reply was lost
            device.reenrol(incarnation=enrolled.incarnation, **said)
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
