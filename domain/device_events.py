"""What is recorded of a device: its enrolment, how far it is trusted, what it sent and what was seen of it."""

from typing import ClassVar, Literal, Required, TypedDict
from uuid import UUID

from domain.aggregate import Begun, Entity, Personal

RevocationReason = Literal["lost", "retired"]
DigestKind = Literal["own", "shared"]


class Installation(TypedDict):
    """Whose device it is and what runs on it; `install_id` is the app's own, `name` what people call the device."""

    technician: UUID
    install_id: str
    name: str
    platform: str
    app_version: str


class Quarantining(TypedDict, total=False):
    """An operation that was not understood or not trusted.

    `reason` is a code, `detail` a sentence without personal words, `body` the operation's untouched text, `refs` the
    ids found in it.
    """

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    reason: Required[str]
    detail: Required[str]
    body: Required[str]
    refs: tuple[UUID, ...]


class Rejection(TypedDict, total=False):
    """A request that was refused: `problem` is the code, `detail` what was said, `refs` what it concerned."""

    operation: Required[UUID]
    seq: Required[int]
    type: Required[str]
    problem: Required[str]
    detail: Required[str]
    refs: tuple[UUID, ...]


class Divergence(TypedDict):
    """Two digests that differ; a sum is 32 hex digits."""

    kind: DigestKind
    server_count: int
    server_sum: str
    device_count: int
    device_sum: str


class Enrolled(Begun):
    """A technician's app was given access, in its first incarnation."""

    TOPIC: ClassVar[str] = "device.enrolled"
    PERSON: ClassVar[str] = "technician"
    technician: UUID
    install_id: str
    platform: str
    app_version: str
    incarnation: int
    name: Personal = None


class Reenrolled(Entity.Event):
    """The same device begins a new sequence of operations, as its next incarnation."""

    TOPIC: ClassVar[str] = "device.reenrolled"
    PERSON: ClassVar[str] = "technician"
    technician: UUID
    install_id: str
    platform: str
    app_version: str
    incarnation: int
    name: Personal = None


class Updated(Entity.Event):
    """It runs another app than before."""

    TOPIC: ClassVar[str] = "device.updated"
    technician: UUID
    app_version: str
    platform: str


class Suspended(Entity.Event):
    """What it sends is quarantined from now on."""

    TOPIC: ClassVar[str] = "device.suspended"
    technician: UUID
    reason: str


class Resumed(Entity.Event):
    """It is trusted again."""

    TOPIC: ClassVar[str] = "device.resumed"
    technician: UUID


class Revoked(Entity.Event):
    """It is refused at once and, with `wipe`, told to erase itself."""

    TOPIC: ClassVar[str] = "device.revoked"
    technician: UUID
    reason: RevocationReason
    wipe: bool


class Wiped(Entity.Event):
    """It has erased itself."""

    TOPIC: ClassVar[str] = "device.wiped"
    technician: UUID


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


class DivergenceObserved(Entity.Event):
    """What it holds is not what the server says it holds."""

    TOPIC: ClassVar[str] = "device.divergence_observed"
    technician: UUID
    kind: DigestKind
    server_count: int
    server_sum: str
    device_count: int
    device_sum: str


class ClockObserved(Entity.Event):
    """Its clock is that far ahead of ours, in milliseconds."""

    TOPIC: ClassVar[str] = "device.clock_observed"
    technician: UUID
    offset_ms: int
    previous_ms: int
