"""The events of a device: its enrolment, its status and what was observed about it."""

from typing import ClassVar, Literal, NotRequired, TypedDict
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal

RevocationReason = Literal["lost", "retired"]
DigestKind = Literal["own", "shared"]


class Installation(TypedDict):
    """The technician of a device and what runs on it; `install_id` is the app's own, `name` the device's display name.

    `public_key` is the Ed25519 key (base64url) that its operations are signed with, if they are.
    """

    technician: UUID
    install_id: str
    name: str
    platform: str
    app_version: str
    public_key: NotRequired[str | None]


class Divergence(TypedDict):
    """Two digests that differ; a sum is 32 hex digits. -1 stands for a count that the device did not report."""

    kind: DigestKind
    server_count: int
    server_sum: str
    device_count: int
    device_sum: str


class DeviceEvents:
    """The events of a device, but for those about its operations."""

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
        public_key: str | None = None

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
        public_key: str | None = None

    class Updated(Entity.Event):
        """It runs another app version or platform than before."""

        TOPIC: ClassVar[str] = "device.updated"
        technician: UUID
        app_version: str
        platform: str

    class Suspended(Entity.Event):
        """Its operations are quarantined from now on."""

        TOPIC: ClassVar[str] = "device.suspended"
        technician: UUID
        reason: str

    class Resumed(Entity.Event):
        """It is trusted again."""

        TOPIC: ClassVar[str] = "device.resumed"
        technician: UUID

    class Revoked(Entity.Event):
        """It was revoked, effective at once, and with `wipe` ordered to erase itself."""

        TOPIC: ClassVar[str] = "device.revoked"
        technician: UUID
        reason: RevocationReason
        wipe: bool

    class Wiped(Entity.Event):
        """It has erased itself."""

        TOPIC: ClassVar[str] = "device.wiped"
        technician: UUID

    class DivergenceObserved(Entity.Event):
        """Its digest of its documents differs from the server's."""

        TOPIC: ClassVar[str] = "device.divergence_observed"
        technician: UUID
        kind: DigestKind
        server_count: int
        server_sum: str
        device_count: int
        device_sum: str

    class ClockObserved(Entity.Event):
        """The lead of its clock over the server's, in milliseconds."""

        TOPIC: ClassVar[str] = "device.clock_observed"
        technician: UUID
        offset_ms: int
        previous_ms: int
