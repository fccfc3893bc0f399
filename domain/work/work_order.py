"""A work order: one repair, from the moment it is opened until it is closed or cancelled."""

from decimal import Decimal
from typing import Any, ClassVar, Self, Unpack
from uuid import UUID

from domain.kernel.aggregate import Entity, event
from domain.kernel.reason import reason_and_note
from domain.work import work_order_status as rule
from domain.work.work_order_events import Fixed, HoldReason, Opening, WorkOrderEvents
from domain.work.work_order_facts import WorkOrderFacts
from domain.work.work_order_status import FAILURES, FINAL, FINISHED, Status
from domain.work.work_order_walk import WalkedOrder


class WorkOrder(WorkOrderFacts, WalkedOrder, Entity):
    """One repair. Facts are always recorded; decisions are refused where the state does not allow them.

    Its status follows from what happened, in whatever order that was reported: `domain/work/work_order_walk.py`.
    """

    TOPIC: ClassVar[str] = "work_order"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_STATE: ClassVar[type] = rule.WorkOrderState

    @classmethod
    def open(cls, *, id: UUID, **opening: Unpack[Opening]) -> Self:
        """A new work order; `problem` is the customer's description, in their words."""
        return cls.begin(cls.Opened, id=id, **opening)

    # Questions

    def is_final(self) -> bool:
        """Closed or cancelled."""
        return self.status in FINAL

    def is_cancelled(self) -> bool:
        """Whether the order was cancelled."""
        return self.status == Status.CANCELLED

    def is_finished(self) -> bool:
        """Whether the work has an outcome and was not reopened since."""
        return self.status in FINISHED or self.status == Status.CLOSED

    def assigned_to(self, technician: UUID | None) -> bool:
        """Whether the work order is assigned to this technician, by the log."""
        return technician is not None and technician == self.technician

    # Decisions

    def assign(self, technician: UUID) -> None:
        """Assign the work order to a technician; the same one again changes nothing."""
        rule.must_be_unfinished(self.status)
        if technician != self.technician:
            self.trigger_event(self.Assigned, technician=technician, previous=self.technician)

    def require_part(self, *, part: UUID, quantity: Decimal, why: str | None = None) -> None:
        """Add a part that the repair needs, in the part's unit."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.PartRequired, customer=self.customer, part=part, quantity=quantity, why=why)

    def hold(self, reason: HoldReason, *, note: str | None = None) -> None:
        """Put the work on hold; holding it again replaces the reason."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.Held, customer=self.customer, reason=reason, note=note)

    def resume(self) -> None:
        """End the hold."""
        if self.status != Status.ON_HOLD:
            raise rule.NotOnHold
        self.trigger_event(self.Resumed)

    def complete(self, *, fixed: Fixed, remedy: str | None = None, technician: UUID | None = None) -> None:
        """Record the office's completion of the work; by the assigned technician unless another is named."""
        if self.status != Status.CANNOT_COMPLETE:
            rule.must_be_unfinished(self.status)
        self.trigger_event(self.Completed, technician=technician or self.technician, remedy=remedy, fixed=fixed)

    def cannot_complete(self, *, reason: str, technician: UUID | None = None) -> None:
        """Record the office's decision that the work cannot be done."""
        rule.must_be_unfinished(self.status)
        who, why = technician or self.technician, reason_and_note(reason, FAILURES)
        self.trigger_event(self.CannotComplete, customer=self.customer, technician=who, **why)

    def reopen(self, reason: str) -> None:
        """Reopen finished work."""
        rule.must_be_finished(self.status, rule.NotFinished)
        self.trigger_event(self.Reopened, customer=self.customer, reason=reason)

    def close(self, seen: int | None = None) -> None:
        """Close finished work for good; `seen` is the position up to which the author had read, if known."""
        rule.must_be_finished(self.status, rule.NothingToClose)
        if seen and self._decided_behind(seen):
            raise rule.OrderHasChanged
        self.trigger_event(self.Closed)

    def cancel(self, reason: str) -> None:
        """Cancel the work for good."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.Cancelled, customer=self.customer, reason=reason)

    def _counts(self, technician: UUID) -> bool:
        return self.assigned_to(technician) and not self.is_final()

    def _record(self, what: type[Any], **fields: Any) -> None:
        self.trigger_event(what, **fields)

    # Changes

    @event(WorkOrderEvents.Opened)
    def __init__(self, customer: UUID, case: UUID | None, equipment: UUID | None, site: UUID | None) -> None:
        self.customer, self.case, self.equipment, self.site = customer, case, equipment, site
        self.technician: UUID | None = None
        self.steps = {}

    @event(WorkOrderEvents.Assigned)
    def _(self, technician: UUID) -> None:
        self.technician = technician
        self._moved(self.Assigned)

    @event(WorkOrderEvents.Diagnosed)
    def _(self) -> None:
        self._moved(self.Diagnosed)

    @event(WorkOrderEvents.LabourRecorded)
    def _(self) -> None:
        self._moved(self.LabourRecorded)

    @event(WorkOrderEvents.Held)
    def _(self) -> None:
        self._moved(self.Held)

    @event(WorkOrderEvents.Resumed)
    def _(self) -> None:
        self._moved(self.Resumed)

    @event(WorkOrderEvents.Completed)
    def _(self) -> None:
        self._moved(self.Completed)

    @event(WorkOrderEvents.CannotComplete)
    def _(self) -> None:
        self._moved(self.CannotComplete)

    @event(WorkOrderEvents.Reopened)
    def _(self) -> None:
        self._moved(self.Reopened)

    @event(WorkOrderEvents.Closed)
    def _(self) -> None:
        self._moved(self.Closed)

    @event(WorkOrderEvents.Cancelled)
    def _(self) -> None:
        self._moved(self.Cancelled)

    @event(WorkOrderEvents.FactCorrected)
    def _(self, operation: UUID, fact: str | None) -> None:
        self._take_back(operation, fact)
