"""A visit: it is planned, a technician travels, arrives, and leaves with the work done or not."""

from typing import Any, ClassVar, Self, Unpack
from uuid import UUID

from domain.kernel.aggregate import Entity, event
from domain.kernel.instant import parse_zone
from domain.work import visit_status as rule
from domain.work.visit_events import ByTechnician, EndedWith, OfWorkOrder, Planning, VisitEvents
from domain.work.visit_facts import VisitFacts
from domain.work.visit_status import OVER, Status
from domain.work.visit_walk import WalkedVisit
from domain.work.visit_window import Window


class Visit(VisitFacts, WalkedVisit, Entity):
    """One visit for a work order. Technicians write it offline while the office edits the order.

    A fact reported by a technician who no longer has the visit is recorded and does not change its status.
    The status follows from what happened in the world, in whatever order it was reported: `domain/work/visit_walk.py`.
    """

    TOPIC: ClassVar[str] = "visit"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_STATE: ClassVar[type] = rule.VisitState

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

    def assigned_to(self, technician: UUID | None) -> bool:
        """Whether the visit is assigned to this technician, by the log."""
        return technician is not None and technician == self.technician

    # Decisions

    def dispatch(self, technician: UUID) -> None:
        """Send a technician; sending the same one again changes nothing."""
        rule.must_not_be_over(self.status)
        if technician != self.technician or self.status == Status.PLANNED:
            self._record(self.Dispatched, technician=technician, previous=self.technician)

    def decline(self, *, technician: UUID, reason: str | None = None, seen: int | None = None) -> None:
        """The technician asks not to go; the visit waits for somebody else. `seen` is the position they had read."""
        rule.must_not_have_begun(self.status)
        if not self.assigned_to(technician):
            raise rule.NotTheirVisit
        if not self.plan_is_seen(seen):
            raise rule.PlanHasChanged
        self._record(self.Declined, technician=technician, reason=reason)

    def reschedule(self, *, zone: str | None = None, **asked: Unpack[Window]) -> None:
        """Move the visit to another window, which its technician accepts anew."""
        rule.must_not_have_begun(self.status)
        when = {**asked, **rule.window(asked["window_start"], asked["window_end"])}
        self._record(self.Rescheduled, zone=parse_zone(zone) if zone else self.zone, **when)

    def cancel(self, reason: str | None, *, ended_with: EndedWith | None = None) -> None:
        """Cancel the visit for a reason in words, or since its work order has ended."""
        rule.must_not_be_over(self.status)
        self._record(self.Cancelled, customer=self.customer, ended_with=ended_with, reason=reason)

    def _record(self, what: type[OfWorkOrder], **fields: object) -> None:
        self.trigger_event(what, work_order=self.work_order, **fields)

    def _record_by(self, what: type[ByTechnician], technician: UUID | None, **fields: Any) -> None:
        self._record(what, technician=technician or self.technician, **fields)

    # Changes

    @event(VisitEvents.Planned)
    def __init__(self, work_order: UUID, customer: UUID, technician: UUID | None, zone: str) -> None:
        self.work_order = work_order
        self.customer = customer
        self.zone = zone
        self.steps = {}
        self._decided(self.Planned, technician, order=self.version)

    @event(VisitEvents.Dispatched)
    def _(self, technician: UUID) -> None:
        self._decided(self.Dispatched, technician)

    @event(VisitEvents.Accepted)
    def _(self, technician: UUID | None, *, unasked: bool | None) -> None:
        self._reported(self.Accepted, technician, unasked=bool(unasked))

    @event(VisitEvents.Declined)
    def _(self, technician: UUID) -> None:
        self._decided(self.Declined, technician)

    @event(VisitEvents.TravelStarted)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.TravelStarted, technician)

    @event(VisitEvents.Arrived)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.Arrived, technician)

    @event(VisitEvents.Paused)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.Paused, technician)

    @event(VisitEvents.Resumed)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.Resumed, technician)

    @event(VisitEvents.Done)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.Done, technician)

    @event(VisitEvents.NotDone)
    def _(self, technician: UUID | None) -> None:
        self._reported(self.NotDone, technician)

    @event(VisitEvents.Rescheduled)
    def _(self, zone: str) -> None:
        self.zone = zone
        self._decided(self.Rescheduled, None)

    @event(VisitEvents.Cancelled)
    def _(self) -> None:
        self._decided(self.Cancelled, None)

    @event(VisitEvents.FactCorrected)
    def _(self, operation: UUID, fact: str | None) -> None:
        self._take_back(operation, fact)
