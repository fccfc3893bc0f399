"""The facts that are recorded of a device: the operations it sent, and what the server observed."""

from typing import Any, Unpack
from uuid import UUID

from domain.access.device_events import DeviceEvents, Divergence
from domain.access.device_operation_events import OperationEvents
from domain.access.device_operations import Holding, Misfit, Quarantining, Rejection
from domain.access.device_status import CLOCK_STEP_MS


class DeviceFacts(DeviceEvents, OperationEvents):
    """The facts of a device; all of them are recorded, none is refused."""

    technician: UUID
    app_version: str
    platform: str
    offset_ms: int

    def record_quarantine(self, **operation: Unpack[Quarantining]) -> None:
        """Record that an operation was quarantined for the office."""
        self._record(self.OperationQuarantined, **operation)

    def record_rejection(self, **operation: Unpack[Rejection]) -> None:
        """Record that a request was refused."""
        self._record(self.OperationRejected, **operation)

    def record_hold(self, **operation: Unpack[Holding]) -> None:
        """Record that an operation waits for others."""
        self._record(self.OperationHeld, **operation)

    def record_hold_ended(
        self,
        operation: UUID,
        misfits: tuple[Misfit, ...] = (),
        text_version: int | None = None,
        technician: UUID | None = None,
    ) -> None:
        """Record that the held operation whose text is in the event of this version was applied.

        `technician` is who had the device when it sent the operation, by default who has it now.
        """
        author = technician or self.technician
        self._record(self.HoldEnded, operation=operation, misfits=misfits, text_version=text_version, technician=author)

    def record_missed(self, *, incarnation: int, from_seq: int, through_seq: int) -> None:
        """Record that operations with these numbers are lost."""
        self._record(self.OperationsMissed, incarnation=incarnation, from_seq=from_seq, through_seq=through_seq)

    def record_divergence(self, **digests: Unpack[Divergence]) -> None:
        """Record that the device's digest of its documents differs from the server's."""
        self._record(self.DivergenceObserved, **digests)

    def record_clock(self, offset_ms: int) -> None:
        """Record the lead of its clock (milliseconds), unless that is close to the last recorded one."""
        if abs(offset_ms - self.offset_ms) > CLOCK_STEP_MS:
            self._record(self.ClockObserved, offset_ms=offset_ms, previous_ms=self.offset_ms)

    def record_app(self, *, app_version: str, platform: str) -> None:
        """Record which app it runs, if that has changed."""
        if (app_version, platform) != (self.app_version, self.platform):
            self._record(self.Updated, app_version=app_version, platform=platform)

    def record_wipe(self) -> None:
        """Record that it has erased itself."""
        self._record(self.Wiped)

    def _record(self, event: type[Any], /, **fields: Any) -> None:
        self.trigger_event(event, **{"technician": self.technician} | fields)  # type: ignore[attr-defined]  # a device does
