"""A visit: somebody is to come, comes, and leaves with the work done or not."""

from datetime import datetime
from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain import visit_events as happened
from domain import visit_status as rule
from domain.aggregate import Entity, event
from domain.instant import parse_zone
from domain.visit_events import EndedWith, NotDoneReason, Planning
from domain.visit_status import OVER, Status


class Visit(Entity):
    """One visit for a work order. Technicians write it offline while the office edits the order.

    A fact told by somebody whose visit it no longer is, is recorded and leaves the visit as it is for whoever has it.
    """

    TOPIC: ClassVar[str] = "visit"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_STATE: ClassVar[type] = rule.VisitState

    Planned, Dispatched, Accepted, Declined = (
        happened.Planned,
        happened.Dispatched,
        happened.Accepted,
        happened.Declined,
    )
    TravelStarted, Arrived, Paused = happened.TravelStarted, happened.Arrived, happened.Paused
    Resumed, Done, NotDone, Signed = happened.Resumed, happened.Done, happened.NotDone, happened.Signed
    Rescheduled, Cancelled, FactCorrected = happened.Rescheduled, happened.Cancelled, happened.FactCorrected

    @classmethod
    def plan(cls, *, id: UUID, **planning: Unpack[Planning]) -> Self:
        """A new visit within a window, at a place in an IANA zone; raises `BadInput` for what cannot be."""
        parse_zone(planning["zone"])
        when = rule.window(planning["window_start"], planning["window_end"])
        return cls.begin(cls.Planned, id=id, **{**planning, **when})

    # Questions

    def is_over(self) -> bool:
        """Done, not done or cancelled."""
        return self.status in OVER

    def given_to(self, technician: UUID | None) -> bool:
        """Whether the visit is this technician's, as the log says."""
        return technician is not None and technician == self.technician

    # Decisions

    def dispatch(self, technician: UUID) -> None:
        """Send a technician; sending the same one again changes nothing."""
        rule.must_not_be_over(self.status)
        if technician != self.technician or self.status == Status.PLANNED:
            self._tell(self.Dispatched, technician=technician, previous=self.technician)

    def decline(self, *, technician: UUID, reason: str | None = None) -> None:
        """The technician asks not to go; the visit waits for somebody else."""
        rule.must_not_have_begun(self.status)
        if not self.given_to(technician):
            raise rule.NotTheirVisit
        self._tell(self.Declined, technician=technician, reason=reason)

    def reschedule(self, *, window_start: datetime, window_end: datetime, zone: str | None = None) -> None:
        """Move the visit to another window, which its technician accepts anew."""
        rule.must_not_have_begun(self.status)
        when = rule.window(window_start, window_end)
        self._tell(self.Rescheduled, zone=parse_zone(zone) if zone else self.zone, **when)

    def cancel(self, reason: str | None, *, ended_with: EndedWith | None = None) -> None:
        """Call the visit off for a reason in words, or since its work order has ended."""
        rule.must_not_be_over(self.status)
        self._tell(self.Cancelled, customer=self.customer, ended_with=ended_with, reason=reason)

    # Facts; `technician` is who it was, the visit's own unless said otherwise

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

    def _tell(self, what: type[happened.OfWorkOrder], **said: object) -> None:
        self.trigger_event(what, work_order=self.work_order, **said)

    def _tell_of(self, what: type[happened.ByTechnician], technician: UUID | None, **said: object) -> None:
        self._tell(what, technician=technician or self.technician, **said)

    # Changes

    @event(Planned)
    def __init__(self, work_order: UUID, customer: UUID, technician: UUID | None, zone: str) -> None:
        self.work_order = work_order
        self.customer = customer
        self.technician = technician
        self.zone = zone
        self.status = Status.PLANNED

    @event(Dispatched)
    def _(self, technician: UUID) -> None:
        self.technician = technician
        self.status = Status.DISPATCHED

    @event(Accepted)
    def _(self, technician: UUID | None, *, unasked: bool | None) -> None:
        if not unasked:
            self.technician = self.technician or technician
            self._come(Status.ACCEPTED, technician)

    @event(Declined)
    def _(self) -> None:
        self.technician = None
        self.status = Status.PLANNED

    @event(TravelStarted)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.TRAVELLING, technician)

    @event(Arrived)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.ON_SITE, technician)

    @event(Paused)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.PAUSED, technician)

    @event(Resumed)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.ON_SITE, technician)

    @event(Done)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.DONE, technician)

    @event(NotDone)
    def _(self, technician: UUID | None) -> None:
        self._come(Status.NOT_DONE, technician)

    def _come(self, status: Status, technician: UUID | None) -> None:
        if self.technician in (technician, None):
            self.status = rule.further(self.status, status)

    @event(Rescheduled)
    def _(self, zone: str) -> None:
        self.zone = zone
        self.status = Status.DISPATCHED if self.status == Status.ACCEPTED else self.status

    @event(Cancelled)
    def _(self) -> None:
        self.status = Status.CANCELLED

    @event(FactCorrected)
    def _(self, fact: str | None, technician: UUID | None) -> None:
        told, before = rule.TAKEN_BACK.get(fact or "", (None, self.status))
        if self.status == told and self.technician in (technician, None):
            self.status = before
