"""What happens to a device whether anybody decides it or not: what it sent, and what was seen of it."""

from typing import Any, Unpack
from uuid import UUID

from domain.access import device_events as happened
from domain.access import device_operations as told
from domain.access.device_events import Divergence
from domain.access.device_operations import Holding, Misfit, Quarantining, Rejection
from domain.access.device_status import CLOCK_STEP_MS


class DeviceFacts:
    """The facts of a device; all of them are recorded, none is refused."""

    technician: UUID
    app_version: str
    platform: str
    offset_ms: int

    def record_quarantine(self, **operation: Unpack[Quarantining]) -> None:
        """That an operation was put aside for the office."""
        self._tell(told.OperationQuarantined, **operation)

    def record_rejection(self, **operation: Unpack[Rejection]) -> None:
        """That a request was refused."""
        self._tell(told.OperationRejected, **operation)

    def record_hold(self, **operation: Unpack[Holding]) -> None:
        """That an operation waits for others."""
        self._tell(told.OperationHeld, **operation)

    def record_hold_ended(
        self,
        operation: UUID,
        misfits: tuple[Misfit, ...] = (),
        text_version: int | None = None,
        technician: UUID | None = None,
    ) -> None:
        """That the held operation whose text stands at this version has been recorded.

        `technician` is who the device was when it sent it; without it, who it is now.
        """
        author = technician or self.technician
        self._tell(told.HoldEnded, operation=operation, misfits=misfits, text_version=text_version, technician=author)

    def record_missed(self, *, incarnation: int, from_seq: int, through_seq: int) -> None:
        """That operations with these numbers are lost."""
        self._tell(told.OperationsMissed, incarnation=incarnation, from_seq=from_seq, through_seq=through_seq)

    def record_divergence(self, **digests: Unpack[Divergence]) -> None:
        """That the device's digest of its own rows differs from the server's."""
        self._tell(happened.DivergenceObserved, **digests)

    def record_clock(self, offset_ms: int) -> None:
        """How far its clock is ahead of ours (milliseconds), unless that is about what was last recorded."""
        if abs(offset_ms - self.offset_ms) > CLOCK_STEP_MS:
            self._tell(happened.ClockObserved, offset_ms=offset_ms, previous_ms=self.offset_ms)

    def record_app(self, *, app_version: str, platform: str) -> None:
        """Which app it runs, if that is another one than before."""
        if (app_version, platform) != (self.app_version, self.platform):
            self._tell(happened.Updated, app_version=app_version, platform=platform)

    def record_wipe(self) -> None:
        """That it has erased itself."""
        self._tell(happened.Wiped)

    def _tell(self, event: type[Any], /, **said: Any) -> None:
        own = getattr(self, event.__name__, event)  # the library makes a class of the device's own out of each event
        self.trigger_event(own, **{"technician": self.technician} | said)  # type: ignore[attr-defined]  # a device does
