"""Photos and signatures in memory: chunks are collected, and kept once their hash is the one that was named."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from domain.access.device_limits import BLOB_PIECE
from domain.access.identity import DeviceIdentity
from domain.kernel.problem import BadInput
from domain.recording.recorded import Recorded
from store.blobs.blob import BlobMismatch, BlobTooLarge, UploadOffsetMismatch
from sync.blobs import BlobNotNamed, Progress
from tests.simulation.memory_log import MemoryLog

NAMING = ("work_order.photo_attached", "visit.signed")


class Kept(NamedTuple):
    """The blobs in a backup."""

    whole: dict[str, bytes]
    begun: dict[tuple[str, UUID], bytes]


class MemoryBlobs:
    """Replies as `sync.blobs.BlobIntake`; a technician may upload what their operations name."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self.whole: dict[str, bytes] = {}
        self.begun: dict[tuple[str, UUID], bytes] = {}

    def backup(self) -> Kept:
        """A copy."""
        return Kept(dict(self.whole), dict(self.begun))

    def restore(self, kept: Kept) -> None:
        """Go back to a copy."""
        self.whole, self.begun = dict(kept.whole), dict(kept.begun)

    def progress(self, who: DeviceIdentity, name: str, length: str | None = None) -> Progress:
        """The progress of an upload; raises `BlobNotNamed`."""
        ends = self._ends(who.technician, name, length)
        if name in self.whole:
            return Progress(len(self.whole[name]), len(self.whole[name]))
        if self._is_unwanted(who.technician, name):
            return Progress(ends[0], ends[0])
        reached = len(self.begun.get((name, who.technician), b""))
        if reached >= max(ends):
            del self.begun[name, who.technician]
            reached = 0
        return Progress(reached, next(end for end in ends if end > reached))

    def take(self, who: DeviceIdentity, name: str, offset: str, chunk: bytes, length: str | None = None) -> Progress:
        """Take a chunk; the progress. Raises the problems of the protocol for what does not fit."""
        reached, size = self.progress(who, name, length)
        if reached == size:
            return Progress(size, size)
        if not offset.isdigit():
            raise BadInput("Upload-Offset is a number.")
        if len(chunk) > BLOB_PIECE:
            raise BlobTooLarge
        if int(offset) != reached:
            raise UploadOffsetMismatch(offset=reached)
        place, content = (name, who.technician), self.begun.get((name, who.technician), b"") + chunk
        ends = self._ends(who.technician, name, length)
        if len(content) in ends and sha256(content).hexdigest() == name:
            self.begun.pop(place, None)
            self.whole[name] = content
            return Progress(len(content), len(content))
        if len(content) >= max(ends):
            self.begun.pop(place, None)
            raise BlobMismatch
        self.begun[place] = content
        return Progress(len(content), next(end for end in ends if end > len(content)))

    def _ends(self, technician: UUID, name: str, length: str | None) -> list[int]:
        """Possible sizes: the one that the device gives, or those in operations, the newest first."""
        named = self._named(technician, name)
        if not named:
            raise BlobNotNamed
        return [int(length)] if length else [event.data.size for event in reversed(named)]

    def _is_unwanted(self, technician: UUID, name: str) -> bool:
        """Whether everybody whom the bytes are about has been erased."""
        return {self._customer(event) for event in self._named(technician, name)} <= self._log.erased

    def _named(self, technician: UUID, name: str) -> list[Recorded]:
        named = [event for event in self._log.events if event.topic in NAMING and event.data.sha256 == name]
        return [event for event in named if event.envelope.actor == technician]

    def _customer(self, named: Recorded) -> UUID:
        """Whom a photo or a signature is about."""
        about: Any = self._log.load([named.stream])[named.stream]
        customer: UUID = about.customer
        return customer
