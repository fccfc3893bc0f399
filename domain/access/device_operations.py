"""The events of a device's operations: quarantined, held, rejected, decided about, or lost."""

from typing import ClassVar, Required, TypedDict
from uuid import UUID, uuid5

import msgspec

from domain.kernel.aggregate import Entity, Personal

SALVAGED = "salvaged"
"""The reason for quarantine of an operation that was handed in by a revoked device."""


class Ref(msgspec.Struct, frozen=True):
    """What a misfit concerns: a kind of thing and its id, or a field's name."""

    name: str
    id: str


class Misfit(msgspec.Struct, frozen=True):
    """Something that does not fit: a code, a sentence without personal data, and what it concerns."""

    code: str
    detail: str
    refs: tuple[Ref, ...] = ()


class Kept(msgspec.Struct, frozen=True):
    """An operation whose text is kept until somebody decides: its id, and the version of the event with the text.

    Several operations may have one id; the version, within the stream of the device, distinguishes them.
    """

    operation: UUID
    version: int


def without(waiting: tuple[Kept, ...], operation: UUID, text_version: int | None) -> tuple[Kept, ...]:
    """Those that still wait when the text at this version does not; without a version, all under the id do not."""
    if text_version is None:
        return tuple(kept for kept in waiting if kept.operation != operation)
    return tuple(kept for kept in waiting if kept.version != text_version)


class Quarantining(TypedDict, total=False):
    """An operation that was not understood or not trusted.

    `reason` is a code, `detail` a sentence without personal data, `body` the operation's untouched text, `refs` the
    ids found in it. `encoding` of the body is utf-8 or, for bytes that are no UTF-8, base64. `contested` is set when
    its id belongs to another operation. `text_version` is the version of the held text that this one replaces.
    `technician` is who had the device then, by default who has it now.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    reason: Required[str]
    detail: Required[str]
    body: Required[str]
    refs: tuple[UUID, ...]
    encoding: str
    contested: bool
    text_version: int | None
    technician: UUID


class Holding(TypedDict):
    """An operation that waits for those that it `needs`; those with its `group` wait with it.

    `body` is the operation's untouched text, `refs` the ids found in it.
    """

    operation: UUID
    seq: int
    type: str
    needs: tuple[UUID, ...]
    group: str | None
    refs: tuple[UUID, ...]
    body: str


class Rejection(TypedDict, total=False):
    """A request that was refused: `problem` is the code, `detail` the reason given, `refs` what it concerned.

    `text_version` is the version of its text, when it was held before. `technician` is who had the device
    then, by default who has it now.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    problem: Required[str]
    detail: Required[str]
    refs: tuple[UUID, ...]
    text_version: int | None
    technician: UUID


class OperationQuarantined(Entity.Event):
    """An operation was quarantined; its text is sealed under its own id, so that it can be erased separately.

    `contested` is set when its id belongs to another operation, which is not affected; then the text is sealed under an
    id of this event (earlier servers used the operation's). `text_version` is the version of the event with the same
    text while it was held, if it was.
    """

    TOPIC: ClassVar[str] = "device.operation_quarantined"
    PERSON: ClassVar[str] = "operation"
    technician: UUID
    operation: UUID
    seq: int
    type: str
    reason: str
    detail: str
    refs: tuple[UUID, ...] = ()
    encoding: str = "utf-8"
    body: Personal = None
    contested: bool = False
    text_version: int | None = None

    @property
    def sealed_under(self) -> UUID:
        """The id whose key seals the text: no other text has the same, so that each can be erased separately."""
        return (
            uuid5(self.operation, f"{self.originator_id}/{self.originator_version}")
            if self.contested
            else self.operation
        )


class OperationReleased(Entity.Event):
    """A quarantined operation is accepted after all: the one whose text is in the event of version `text_version`.

    Events of earlier servers have no version; then all of this device under the id are meant. The same holds below.
    """

    TOPIC: ClassVar[str] = "device.operation_released"
    technician: UUID
    operation: UUID
    text_version: int | None = None


class OperationRejected(Entity.Event):
    """A request was refused."""

    TOPIC: ClassVar[str] = "device.operation_rejected"
    technician: UUID
    operation: UUID
    seq: int
    type: str
    problem: str
    detail: str
    refs: tuple[UUID, ...] = ()
    text_version: int | None = None


class OperationDiscarded(Entity.Event):
    """A quarantined or held operation was discarded."""

    TOPIC: ClassVar[str] = "device.operation_discarded"
    technician: UUID
    operation: UUID
    reason: str
    text_version: int | None = None


class OperationHeld(Entity.Event):
    """An operation waits for others that it needs or names; its text is sealed under its own id."""

    TOPIC: ClassVar[str] = "device.operation_held"
    PERSON: ClassVar[str] = "operation"
    technician: UUID
    operation: UUID
    seq: int
    type: str
    needs: tuple[UUID, ...]
    group: str | None = None
    refs: tuple[UUID, ...] = ()
    body: Personal = None


class HoldEnded(Entity.Event):
    """A held operation was recorded: what it needed had arrived, or it had waited long enough; see its `misfits`."""

    TOPIC: ClassVar[str] = "device.hold_ended"
    technician: UUID
    operation: UUID
    misfits: tuple[Misfit, ...] = ()
    text_version: int | None = None


class OperationsMissed(Entity.Event):
    """Operations with these numbers are lost: neither the restored log nor the device has them."""

    TOPIC: ClassVar[str] = "device.operations_missed"
    technician: UUID
    incarnation: int
    from_seq: int
    through_seq: int
