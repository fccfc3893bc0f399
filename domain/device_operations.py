"""What is recorded of a device's operations: those put aside, refused, decided about, and those that are lost."""

from typing import ClassVar, Required, TypedDict
from uuid import UUID

import msgspec

from domain.aggregate import Entity, Personal


class Ref(msgspec.Struct, frozen=True):
    """What a misfit concerns: a kind of thing and its id, or a field's name."""

    name: str
    id: str


class Misfit(msgspec.Struct, frozen=True):
    """Something that does not fit: a code, a sentence without personal words, and what it concerns."""

    code: str
    detail: str
    refs: tuple[Ref, ...] = ()


class Quarantining(TypedDict, total=False):
    """An operation that was not understood or not trusted.

    `reason` is a code, `detail` a sentence without personal words, `body` the operation's untouched text, `refs` the
    ids found in it. `encoding` of the body is utf-8 or, for bytes that are no UTF-8, base64.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    reason: Required[str]
    detail: Required[str]
    body: Required[str]
    refs: tuple[UUID, ...]
    encoding: str


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
    """A request that was refused: `problem` is the code, `detail` what was said, `refs` what it concerned."""

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    problem: Required[str]
    detail: Required[str]
    refs: tuple[UUID, ...]


class OperationQuarantined(Entity.Event):
    """An operation was put aside; its text is sealed under its own id, so that it can be erased alone."""

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


class OperationReleased(Entity.Event):
    """A quarantined operation is taken after all."""

    TOPIC: ClassVar[str] = "device.operation_released"
    technician: UUID
    operation: UUID


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


class OperationDiscarded(Entity.Event):
    """Nothing is made of a quarantined operation."""

    TOPIC: ClassVar[str] = "device.operation_discarded"
    technician: UUID
    operation: UUID
    reason: str


class OperationHeld(Entity.Event):
    """An operation waits for others that it needs; its text is sealed under its own id."""

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
    """A held operation was recorded: what it needed had come, or it had waited long enough; see its `misfits`."""

    TOPIC: ClassVar[str] = "device.hold_ended"
    technician: UUID
    operation: UUID
    misfits: tuple[Misfit, ...] = ()


class OperationsMissed(Entity.Event):
    """Operations with these numbers are lost: the restored log does not have them, nor does the device any more."""

    TOPIC: ClassVar[str] = "device.operations_missed"
    technician: UUID
    incarnation: int
    from_seq: int
    through_seq: int
