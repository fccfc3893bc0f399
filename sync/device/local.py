"""The parts of a device: its file with outbox, replica and blobs, and the life of the log that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .blobs import Blobs
from .file import File
from .identity import Identity
from .json_text import Json, to_json
from .operation import Queued
from .outbox import Outbox
from .replica import Replica
from .wire import Wire
from .world import World

Life = tuple[Any, Any]  # epoch and incarnation


class Local:
    """The parts of a device, and the operations on several of them."""

    def __init__(self, file: File, world: World, app_version: str, tries: int) -> None:
        self.file, self.world, self.app_version = file, world, app_version
        self.identity = Identity(file, world)
        self.wire = Wire(file, world, self.identity, tries)
        self.outbox = Outbox(file, world, self.identity)
        self.replica = Replica(file, self.outbox)
        self.blobs = Blobs(file, world, self.outbox, self.wire)

    def life(self) -> Life:
        """The log's epoch and this device's incarnation: an answer to another pair no longer counts."""
        return self.file.get("epoch"), self.file.get("incarnation")

    def begin_life(self, epoch: str, resend_from: int) -> None:
        """Inside a transaction: the log has another epoch: send again from `resend_from` on, and fetch everything."""
        self.file.set(epoch=epoch)
        self.outbox.send_again(resend_from)
        self.blobs.send_again()
        self.replica.forget_cursor()

    def take(self, asked: str | None, page: Json) -> int:
        """Inside a transaction: store a page, unless it is of another epoch; returns the number of documents."""
        if self.file.get("epoch") is None:
            self.file.set(epoch=page.get("epoch"))
        if page.get("epoch", self.file.get("epoch")) != self.file.get("epoch"):
            return 0
        return self.replica.store(asked, page)

    def tidy(self) -> None:
        """Inside a transaction: delete what is no longer needed."""
        self.outbox.sweep()
        self.replica.sweep()
        self.blobs.sweep()

    def envelope(self, batch: Sequence[Queued], missing: Json | None = None, pull: Json | None = None) -> bytes:
        """The push body, with the stored text of each operation untouched: repeated, it is the same bytes."""
        now = self.world.clock().isoformat(timespec="milliseconds")
        head: Json = {"incarnation": self.file.get("incarnation"), "now": now, "app_version": self.app_version}
        optional = {"epoch": self.file.get("epoch"), "missing": missing, "pull": pull}
        head |= {"outbox": self.outbox.summary()} | {
            name: value for name, value in optional.items() if value is not None
        }
        return f'{to_json(head)[:-1]},"operations":[{",".join(one.text for one in batch)}]}}'.encode()

    def can_send_less(self, batch: Sequence[Queued]) -> bool:
        """Whether half of a batch is less than the batch: a group is never cut."""
        return len(batch) > 1 and len(self.outbox.batch(len(batch) // 2)) < len(batch)
