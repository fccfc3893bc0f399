"""The facts that technicians report about a visit: its steps, and signatures."""

from typing import Any
from uuid import UUID

from domain.work.visit_events import ByTechnician, NotDoneReason, VisitEvents


class VisitFacts(VisitEvents):
    """The facts of a visit; none is refused. `technician` is who it was, by default the one who has the visit."""

    customer: UUID

    def record_accepted(self, technician: UUID | None = None, *, unasked: bool = False) -> None:
        """The technician will go: a visit that nobody has becomes theirs, unless they were not asked (`unasked`)."""
        self._record_by(self.Accepted, technician, unasked=unasked or None)

    def record_travel_started(self, technician: UUID | None = None) -> None:
        """The technician is on the way."""
        self._record_by(self.TravelStarted, technician)

    def record_arrived(self, technician: UUID | None = None) -> None:
        """The technician is on site."""
        self._record_by(self.Arrived, technician)

    def record_paused(self, technician: UUID | None = None) -> None:
        """The work on site is interrupted."""
        self._record_by(self.Paused, technician)

    def record_resumed(self, technician: UUID | None = None) -> None:
        """The work on site goes on."""
        self._record_by(self.Resumed, technician)

    def record_done(self, technician: UUID | None = None) -> None:
        """What the visit was for has been done."""
        self._record_by(self.Done, technician)

    def record_not_done(
        self, reason: NotDoneReason, *, technician: UUID | None = None, note: str | None = None
    ) -> None:
        """What the visit was for has not been done."""
        self._record_by(self.NotDone, technician, customer=self.customer, reason=reason, note=note)

    def record_signed(
        self, *, sha256: str, size: int, media_type: str, signer: str | None = None, technician: UUID | None = None
    ) -> None:
        """Somebody signed on site: the hash of the picture, `size` in bytes, and the name of who signed."""
        picture = {"sha256": sha256, "size": size, "media_type": media_type}
        self._record_by(self.Signed, technician, customer=self.customer, signer=signer, **picture)

    def record_correction(
        self, *, operation: UUID, fact: str | None = None, reason: str | None = None, technician: UUID | None = None
    ) -> None:
        """A device takes back its own earlier operation; `fact` is the topic that one had recorded."""
        fields = {"operation": operation, "fact": fact, "reason": reason}
        self._record_by(self.FactCorrected, technician, customer=self.customer, **fields)

    def _record_by(self, what: type[ByTechnician], technician: UUID | None, **fields: Any) -> None:
        """Record a fact of this technician; implemented by the visit."""
        raise NotImplementedError
