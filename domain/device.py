"""A technician's device: its enrolment, whether it is trusted, and those of its operations that were put aside."""

from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain import device_events as happened
from domain.aggregate import Entity, event
from domain.device_events import Divergence, Installation, Quarantining, Rejection, RevocationReason
from domain.device_status import CLOCK_STEP_MS, DeviceIsRevoked, DeviceIsWiped, DeviceStatus, NotQuarantined
from domain.movement_rules import check_reason


class Device(Entity):
    """One installation of the app. Its stream grows long, so its state is small and holds nothing personal."""

    TOPIC: ClassVar[str] = "device"
    SNAPSHOT_EVERY: ClassVar[int] = 100

    technician: UUID
    incarnation: int
    app_version: str
    platform: str
    status: DeviceStatus
    wipe: bool
    offset_ms: int
    quarantined: tuple[UUID, ...]

    Enrolled, Reenrolled, Updated = happened.Enrolled, happened.Reenrolled, happened.Updated
    Suspended, Resumed = happened.Suspended, happened.Resumed
    Revoked, Wiped = happened.Revoked, happened.Wiped
    OperationQuarantined, OperationReleased = happened.OperationQuarantined, happened.OperationReleased
    OperationRejected, OperationDiscarded = happened.OperationRejected, happened.OperationDiscarded
    DivergenceObserved, ClockObserved = happened.DivergenceObserved, happened.ClockObserved

    @classmethod
    def enrol(cls, *, id: UUID, **installation: Unpack[Installation]) -> Self:
        """A new device, in its first incarnation."""
        return cls.begin(cls.Enrolled, id=id, incarnation=1, **installation)

    # Questions

    def is_active(self) -> bool:
        """Neither suspended nor revoked."""
        return self.status == DeviceStatus.ACTIVE

    def is_revoked(self) -> bool:
        """Refused at once; with `wipe` it shall erase itself after it has handed over its outbox."""
        return self.status == DeviceStatus.REVOKED

    def has_quarantined(self, operation: UUID) -> bool:
        """Whether the operation waits for the office."""
        return operation in self.quarantined

    # Decisions

    def reenrol(self, **installation: Unpack[Installation]) -> None:
        """Begin the next incarnation of a cloned, restored or revoked device, whose sequence starts again at 1."""
        if self.wipe:
            raise DeviceIsWiped
        self.trigger_event(self.Reenrolled, incarnation=self.incarnation + 1, **installation)

    def suspend(self, reason: str) -> None:
        """Quarantine what it sends from now on; doing so twice changes nothing."""
        check_reason(reason)
        self._must_not_be_revoked()
        if self.status != DeviceStatus.SUSPENDED:
            self.trigger_event(self.Suspended, technician=self.technician, reason=reason)

    def resume(self) -> None:
        """Trust a suspended device again; one that is trusted already stays so."""
        self._must_not_be_revoked()
        if self.status == DeviceStatus.SUSPENDED:
            self.trigger_event(self.Resumed, technician=self.technician)

    def revoke(self, *, reason: RevocationReason, wipe: bool = False) -> None:
        """Refuse it at once. A revoked device may still be told to wipe itself; that is never taken back."""
        if self.status != DeviceStatus.REVOKED or (wipe and not self.wipe):
            self.trigger_event(self.Revoked, technician=self.technician, reason=reason, wipe=wipe)

    def release(self, operation: UUID) -> None:
        """Have a quarantined operation taken after all."""
        self._must_be_quarantined(operation)
        self.trigger_event(self.OperationReleased, technician=self.technician, operation=operation)

    def discard(self, operation: UUID, *, reason: str) -> None:
        """Make nothing of a quarantined operation; its text stays on record."""
        check_reason(reason)
        self._must_be_quarantined(operation)
        self.trigger_event(self.OperationDiscarded, technician=self.technician, operation=operation, reason=reason)

    # Facts

    def record_quarantine(self, **operation: Unpack[Quarantining]) -> None:
        """That an operation was put aside for the office."""
        self.trigger_event(self.OperationQuarantined, technician=self.technician, **operation)

    def record_rejection(self, **operation: Unpack[Rejection]) -> None:
        """That a request was refused."""
        self.trigger_event(self.OperationRejected, technician=self.technician, **operation)

    def record_divergence(self, **digests: Unpack[Divergence]) -> None:
        """That the device's digest of its own rows differs from the server's."""
        self.trigger_event(self.DivergenceObserved, technician=self.technician, **digests)

    def record_clock(self, offset_ms: int) -> None:
        """How far its clock is ahead of ours (milliseconds), unless that is about what was last recorded."""
        if abs(offset_ms - self.offset_ms) > CLOCK_STEP_MS:
            seen = {"offset_ms": offset_ms, "previous_ms": self.offset_ms}
            self.trigger_event(self.ClockObserved, technician=self.technician, **seen)

    def record_app(self, *, app_version: str, platform: str) -> None:
        """Which app it runs, if that is another one than before."""
        if (app_version, platform) != (self.app_version, self.platform):
            self.trigger_event(self.Updated, technician=self.technician, app_version=app_version, platform=platform)

    def record_wipe(self) -> None:
        """That it has erased itself."""
        self.trigger_event(self.Wiped, technician=self.technician)

    def _must_not_be_revoked(self) -> None:
        if self.is_revoked():
            raise DeviceIsRevoked

    def _must_be_quarantined(self, operation: UUID) -> None:
        if operation not in self.quarantined:
            raise NotQuarantined

    # Changes

    @event(happened.Enrolled)
    def __init__(self, technician: UUID, platform: str, app_version: str) -> None:
        self.technician = technician
        self.incarnation = 1
        self.app_version = app_version
        self.platform = platform
        self.status = DeviceStatus.ACTIVE
        self.wipe = False
        self.offset_ms = 0
        self.quarantined = ()

    @event(happened.Reenrolled)
    def _(self, technician: UUID, incarnation: int, platform: str, app_version: str) -> None:
        self.technician = technician
        self.incarnation = incarnation
        self.app_version = app_version
        self.platform = platform
        self.status = DeviceStatus.ACTIVE

    @event(happened.Updated)
    def _(self, app_version: str, platform: str) -> None:
        self.app_version = app_version
        self.platform = platform

    @event(happened.Suspended)
    def _(self) -> None:
        self.status = DeviceStatus.SUSPENDED

    @event(happened.Resumed)
    def _(self) -> None:
        self.status = DeviceStatus.ACTIVE

    @event(happened.Revoked)
    def _(self, *, wipe: bool) -> None:
        self.status = DeviceStatus.REVOKED
        self.wipe = self.wipe or wipe

    @event(happened.ClockObserved)
    def _(self, offset_ms: int) -> None:
        self.offset_ms = offset_ms

    @event(happened.OperationQuarantined)
    def _(self, operation: UUID) -> None:
        if operation not in self.quarantined:
            self.quarantined += (operation,)

    @event(happened.OperationReleased)
    def _(self, operation: UUID) -> None:
        self._settle(operation)

    @event(happened.OperationRejected)
    def _(self, operation: UUID) -> None:
        self._settle(operation)

    @event(happened.OperationDiscarded)
    def _(self, operation: UUID) -> None:
        self._settle(operation)

    def _settle(self, operation: UUID) -> None:
        self.quarantined = tuple(waiting for waiting in self.quarantined if waiting != operation)
