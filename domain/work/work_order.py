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

    Its status follows from what happened in the world, in whatever order that was reported:
    `domain/work/work_order_walk.py`.
    """

    TOPIC: ClassVar[str] = "work_order"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_STATE: ClassVar[type] = rule.WorkOrderState

    @classmethod
    def open(cls, *, id: UUID, **opening: Unpack[Opening]) -> Self:
        """A new work order; `problem` is what the customer says, in their words."""
        return cls.begin(cls.Opened, id=id, **opening)

    # Questions

    def is_final(self) -> bool:
        """Closed or cancelled."""
        return self.status in FINAL

    def is_cancelled(self) -> bool:
        """Called off for good."""
        return self.status == Status.CANCELLED

    def is_finished(self) -> bool:
        """Whether the work has an outcome and was not reopened since."""
        return self.status in FINISHED or self.status == Status.CLOSED

    def assigned_to(self, technician: UUID | None) -> bool:
        """Whether the work order is this technician's, as the log says."""
        return technician is not None and technician == self.technician

    # Decisions

    def assign(self, technician: UUID) -> None:
        """Give the work order to a technician; giving it to the same one again changes nothing."""
        rule.must_be_unfinished(self.status)
        if technician != self.technician:
            self.trigger_event(self.Assigned, technician=technician, previous=self.technician)

    def require_part(self, *, part: UUID, quantity: Decimal, why: str | None = None) -> None:
        """Say that the repair needs a part, in the part's unit."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.PartRequired, customer=self.customer, part=part, quantity=quantity, why=why)

    def hold(self, reason: HoldReason, *, note: str | None = None) -> None:
        """Let the work wait; holding it again gives another reason."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.Held, customer=self.customer, reason=reason, note=note)

    def resume(self) -> None:
        """End the waiting."""
        if self.status != Status.ON_HOLD:
            raise rule.NotOnHold
        self.trigger_event(self.Resumed)

    def complete(self, *, fixed: Fixed, remedy: str | None = None, technician: UUID | None = None) -> None:
        """The office says, or confirms, that the work is done; by the assigned technician unless another is given."""
        if self.status != Status.CANNOT_COMPLETE:
            rule.must_be_unfinished(self.status)
        self.trigger_event(self.Completed, technician=technician or self.technician, remedy=remedy, fixed=fixed)

    def cannot_complete(self, *, reason: str, technician: UUID | None = None) -> None:
        """The office says, or confirms, that the work cannot be done."""
        rule.must_be_unfinished(self.status)
        who, why = technician or self.technician, reason_and_note(reason, FAILURES)
        self.trigger_event(self.CannotComplete, customer=self.customer, technician=who, **why)

    def reopen(self, reason: str) -> None:
        """Let finished work go on."""
        rule.must_be_finished(self.status, rule.NotFinished)
        self.trigger_event(self.Reopened, customer=self.customer, reason=reason)

    def close(self, seen: int | None = None) -> None:
        """End a finished work order for good; `seen` is the position that the author had read up to, if known."""
        rule.must_be_finished(self.status, rule.NothingToClose)
        if seen and self._decided_behind(seen):
            raise rule.OrderHasChanged
        self.trigger_event(self.Closed)

    def cancel(self, reason: str) -> None:
        """Call the work off for good."""
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
