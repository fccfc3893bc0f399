"""What happens on a visit whether anybody decides it or not: how far the technician came, and what they had signed."""

from typing import Any, ClassVar
from uuid import UUID

from domain.work import visit_events as happened
from domain.work.visit_events import NotDoneReason


class VisitFacts:
    """The facts of a visit; none is refused. `technician` is who it was, by default the one who has the visit."""

    customer: UUID
    Accepted: ClassVar[type[happened.Accepted]]
    TravelStarted: ClassVar[type[happened.TravelStarted]]
    Arrived: ClassVar[type[happened.Arrived]]
    Paused: ClassVar[type[happened.Paused]]
    Resumed: ClassVar[type[happened.Resumed]]
    Done: ClassVar[type[happened.Done]]
    NotDone: ClassVar[type[happened.NotDone]]
    Signed: ClassVar[type[happened.Signed]]
    FactCorrected: ClassVar[type[happened.FactCorrected]]

    def record_accepted(self, technician: UUID | None = None, *, unasked: bool = False) -> None:
        """The technician will go: a visit that nobody has becomes theirs, unless they were not asked (`unasked`)."""
        self._tell_of(self.Accepted, technician, unasked=unasked or None)

    def record_travel_started(self, technician: UUID | None = None) -> None:
        """The technician is on the way."""
        self._tell_of(self.TravelStarted, technician)

    def record_arrived(self, technician: UUID | None = None) -> None:
        """The technician is on site."""
        self._tell_of(self.Arrived, technician)

    def record_paused(self, technician: UUID | None = None) -> None:
        """The work on site is interrupted."""
        self._tell_of(self.Paused, technician)

    def record_resumed(self, technician: UUID | None = None) -> None:
        """The work on site goes on."""
        self._tell_of(self.Resumed, technician)

    def record_done(self, technician: UUID | None = None) -> None:
        """What the visit was for has been done."""
        self._tell_of(self.Done, technician)

    def record_not_done(
        self, reason: NotDoneReason, *, technician: UUID | None = None, note: str | None = None
    ) -> None:
        """What the visit was for has not been done."""
        self._tell_of(self.NotDone, technician, customer=self.customer, reason=reason, note=note)

    def record_signed(
        self, *, sha256: str, size: int, media_type: str, signer: str | None = None, technician: UUID | None = None
    ) -> None:
        """Somebody signed on site: the hash of the picture, `size` in bytes, and the name of who signed."""
        picture = {"sha256": sha256, "size": size, "media_type": media_type}
        self._tell_of(self.Signed, technician, customer=self.customer, signer=signer, **picture)

    def record_correction(
        self, *, operation: UUID, fact: str | None = None, reason: str | None = None, technician: UUID | None = None
    ) -> None:
        """A device takes back its own earlier operation; `fact` is the topic that one had recorded."""
        said = {"operation": operation, "fact": fact, "reason": reason}
        self._tell_of(self.FactCorrected, technician, customer=self.customer, **said)

    def _tell_of(self, what: type[happened.ByTechnician], technician: UUID | None, **fields: Any) -> None:
        """Record a fact of this technician; the visit says how."""
        raise NotImplementedError
