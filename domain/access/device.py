"""A technician's device: its enrolment, its status, and its operations that wait for a decision."""

from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain.access.device_events import DeviceEvents, Installation, RevocationReason
from domain.access.device_facts import DeviceFacts
from domain.access.device_operation_events import OperationEvents
from domain.access.device_operations import SALVAGED, Kept, without
from domain.access.device_status import DeviceIsRevoked, DeviceIsWiped, DeviceStatus, NotWaiting, SeveralTexts
from domain.kernel.aggregate import Entity, event
from domain.stock.movement_rules import check_reason


class Device(DeviceFacts, Entity):
    """One installation of the app. Its stream grows long, so its state is small and holds nothing personal.

    `revoked_at` is the version of the event by which it was last revoked, 0 when it never was.
    """

    TOPIC: ClassVar[str] = "device"
    SNAPSHOT_EVERY: ClassVar[int] = 100

    technician: UUID
    incarnation: int
    app_version: str
    platform: str
    status: DeviceStatus
    wipe: bool
    revoked_at: int
    offset_ms: int
    quarantined: tuple[Kept, ...]
    held: tuple[Kept, ...]
    salvaged: int

    @classmethod
    def enrol(cls, *, id: UUID, incarnation: int = 1, **installation: Unpack[Installation]) -> Self:
        """A new device, in its first incarnation unless more is known of it."""
        return cls.begin(cls.Enrolled, id=id, incarnation=incarnation, **installation)

    # Questions

    def is_active(self) -> bool:
        """Neither suspended nor revoked."""
        return self.status == DeviceStatus.ACTIVE

    def is_revoked(self) -> bool:
        """Refused at once; with `wipe` it shall erase itself after it has handed over its outbox."""
        return self.status == DeviceStatus.REVOKED

    def holds(self, text_version: int) -> bool:
        """Whether the operation whose text is in the event of this version still waits for others."""
        return any(kept.version == text_version for kept in self.held)

    def undecided(self, operation: UUID) -> tuple[int, ...]:
        """The versions of the texts that wait under this id, for the office or for others."""
        return tuple(kept.version for kept in self.quarantined + self.held if kept.operation == operation)

    # Decisions

    def reenrol(self, *, incarnation: int | None = None, **installation: Unpack[Installation]) -> None:
        """Begin the next incarnation of a cloned, restored or revoked device, whose sequence starts again at 1."""
        if self.wipe:
            raise DeviceIsWiped
        self.trigger_event(self.Reenrolled, incarnation=incarnation or self.incarnation + 1, **installation)

    def suspend(self, reason: str) -> None:
        """Quarantine its operations from now on; doing so twice changes nothing."""
        check_reason(reason)
        self._must_not_be_revoked()
        if self.status != DeviceStatus.SUSPENDED:
            self._record(self.Suspended, reason=reason)

    def resume(self) -> None:
        """Trust a suspended device again; no change for an active one."""
        self._must_not_be_revoked()
        if self.status == DeviceStatus.SUSPENDED:
            self._record(self.Resumed)

    def revoke(self, *, reason: RevocationReason, wipe: bool = False) -> None:
        """Revoke it, effective at once. A revoked device may still be ordered to wipe itself, which is irrevocable."""
        if self.status != DeviceStatus.REVOKED or (wipe and not self.wipe):
            self._record(self.Revoked, reason=reason, wipe=wipe)

    def release(self, operation: UUID, text_version: int | None = None) -> None:
        """Accept a quarantined or held operation now; the version is needed when several wait."""
        version = self._must_wait(operation, text_version)
        self._record(self.OperationReleased, operation=operation, text_version=version)

    def discard(self, operation: UUID, text_version: int | None = None, *, reason: str) -> None:
        """Discard a quarantined or held operation; its text stays on record."""
        check_reason(reason)
        version = self._must_wait(operation, text_version)
        self._record(self.OperationDiscarded, operation=operation, reason=reason, text_version=version)

    def must_hold(self, text_version: int) -> None:
        """Raise `NotWaiting` unless the operation whose text is in the event of this version is held."""
        if not self.holds(text_version):
            raise NotWaiting

    def _must_not_be_revoked(self) -> None:
        if self.is_revoked():
            raise DeviceIsRevoked

    def _must_wait(self, operation: UUID, text_version: int | None) -> int:
        waiting = [one for one in self.undecided(operation) if text_version in (None, one)]
        if not waiting:
            raise NotWaiting
        if len(waiting) > 1:
            raise SeveralTexts
        return waiting[0]

    # Changes

    @event(DeviceEvents.Enrolled)
    def __init__(self, technician: UUID, incarnation: int, platform: str, app_version: str) -> None:
        self.technician = technician
        self.incarnation = incarnation
        self.app_version = app_version
        self.platform = platform
        self.status = DeviceStatus.ACTIVE
        self.wipe = False
        self.revoked_at = 0
        self.offset_ms = 0
        self.quarantined = ()
        self.held = ()
        self.salvaged = 0

    @event(DeviceEvents.Reenrolled)
    def _(self, technician: UUID, incarnation: int, platform: str, app_version: str) -> None:
        self.technician = technician
        self.incarnation = incarnation
        self.app_version = app_version
        self.platform = platform
        self.status = DeviceStatus.ACTIVE
        self.salvaged = 0

    @event(DeviceEvents.Updated)
    def _(self, app_version: str, platform: str) -> None:
        self.app_version = app_version
        self.platform = platform

    @event(DeviceEvents.Suspended)
    def _(self) -> None:
        self.status = DeviceStatus.SUSPENDED

    @event(DeviceEvents.Resumed)
    def _(self) -> None:
        self.status = DeviceStatus.ACTIVE

    @event(DeviceEvents.Revoked)
    def _(self, *, wipe: bool) -> None:
        self.status = DeviceStatus.REVOKED
        self.revoked_at = self.version + 1
        self.wipe = self.wipe or wipe

    @event(DeviceEvents.ClockObserved)
    def _(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    @event(OperationEvents.OperationQuarantined)
    def _(self, operation: UUID, reason: str, text_version: int | None, *, contested: bool) -> None:
        if not contested:
            self._settle(operation, text_version)
        self.quarantined += (Kept(operation, self.version + 1),)
        self.salvaged += reason == SALVAGED

    @event(OperationEvents.OperationHeld)
    def _(self, operation: UUID) -> None:
        self.held += (Kept(operation, self.version + 1),)

    @event(OperationEvents.HoldEnded)
    def _(self, operation: UUID, text_version: int | None) -> None:
        self._settle(operation, text_version)

    @event(OperationEvents.OperationReleased)
    def _(self, operation: UUID, text_version: int | None) -> None:
        self._settle(operation, text_version)

    @event(OperationEvents.OperationRejected)
    def _(self, operation: UUID, text_version: int | None) -> None:
        self._settle(operation, text_version)

    @event(OperationEvents.OperationDiscarded)
    def _(self, operation: UUID, text_version: int | None) -> None:
        self._settle(operation, text_version)

    def _settle(self, operation: UUID, text_version: int | None) -> None:
        self.quarantined = without(self.quarantined, operation, text_version)
        self.held = without(self.held, operation, text_version)
