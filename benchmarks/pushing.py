"""Technicians' devices as lean clients: pushes are made ready beforehand, replies are only counted."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from os import urandom
from time import time_ns
from typing import Any
from uuid import UUID, uuid4

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.staff import Staff
from store.canonical import encode
from tests.support.http_device import HttpDevice
from tests.support.office_client import Json, OfficeClient


class Pushing:
    """One device a technician; their records are parts used."""

    def __init__(self, staff: Staff, phones: Sequence[HttpDevice] = ()) -> None:
        """`phones` are the devices that push, those of the staff by default."""
        self.staff = staff
        self.phones = phones or [person.phone for person in staff.people]

    def operations(self, client: int, many: int) -> list[Json]:
        """The next operations of this client's device."""
        now = datetime.now(UTC).isoformat()
        phone = self.phones[client]
        return [
            phone.operation("part_used", data, now, uuid7()) for data in islice(self.staff.people[client].uses, many)
        ]

    def prepare(self, client: int, batches: int, size: int) -> list[bytes]:
        """The bodies of pushes."""
        envelope = {"incarnation": self.phones[client].enrolled["incarnation"], "now": datetime.now(UTC).isoformat()}
        return [orjson.dumps(envelope | {"operations": self.operations(client, size)}) for _ in range(batches)]

    def send(self, client: int, body: bytes) -> int:
        """One push; each operation must be applied."""
        answer = self.phones[client].desk.ask("POST", "/sync/v1/push", body)
        assert answer.status == 200, answer
        return answer.body.count(b'"status":"applied"')

    def drop(self, client: int, records: int) -> None:
        """Forget that they were made: their numbers are given to the next ones."""
        self.phones[client].seq -= records

    def settle(self) -> None:
        """Wait for the worker."""
        self.staff.settle()


class SigningHandset(HttpDevice):
    """A device with a key, which signs every operation."""

    def __init__(self, url: str, code: str) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.desk = OfficeClient(url)
        install = str(uuid4())
        payload = {"code": code, "install_id": install, "name": "handset", "platform": "bare"}
        payload["public_key"] = _text(self._key.public_key().public_bytes_raw())
        payload["proof"] = self._signed(f"callout enrolment\n{code}\n{install}")
        answer = self.desk.ask("POST", "/sync/v1/devices", payload)
        assert answer.status == 201, answer
        self.enrolled = answer.json()
        self.id = UUID(self.enrolled["device_id"])
        self.desk.token = self.enrolled["access_token"]
        self.seq = 0

    def operation(self, kind: str, data: Json, at: datetime | str, id: UUID | None = None, **more: Any) -> Json:
        """The next operation, numbered and signed."""
        operation = super().operation(kind, data, at, id, **more)
        content = encode({name: value for name, value in operation.items() if name != "seq"})
        return operation | {"signature": self._signed(f"callout operation\n{sha256(content).hexdigest()}")}

    def _signed(self, text: str) -> str:
        return _text(self._key.sign(text.encode()))


def uuid7() -> UUID:
    """The id that a device gives to an operation (RFC 9562)."""
    chance = int.from_bytes(urandom(10))
    number = (time_ns() // 1_000_000) << 80 | chance
    return UUID(int=number & ~(0xF000 << 64 | 0xC000 << 48) | 0x7000 << 64 | 0x8000 << 48)


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
