"""A work order: one repair, from the moment it is opened until it is closed or cancelled."""

from decimal import Decimal
from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain import work_order_events as happened
from domain import work_order_status as rule
from domain.aggregate import Entity, event
from domain.reason import reason_and_note
from domain.work_order_events import Fixed, HoldReason, LabourKind, Opening
from domain.work_order_status import FAILURES, FINAL, FINISHED, Status
from domain.work_order_walk import WalkedOrder


class WorkOrder(WalkedOrder, Entity):
    """One repair. Facts are always recorded; decisions are refused where the state does not allow them.

    Where it stands follows from what happened in the world, in whatever order that came: `domain/work_order_walk.py`.
    """

    TOPIC: ClassVar[str] = "work_order"

    SNAPSHOT_EVERY: ClassVar[int] = 100
    SNAPSHOT_STATE: ClassVar[type] = rule.WorkOrderState

    Opened, Assigned, PartRequired = happened.Opened, happened.Assigned, happened.PartRequired
    Diagnosed, Held, Resumed = happened.Diagnosed, happened.Held, happened.Resumed
    LabourRecorded, NoteAdded, PhotoAttached = happened.LabourRecorded, happened.NoteAdded, happened.PhotoAttached
    Completed, CompletionReported = happened.Completed, happened.CompletionReported
    CannotComplete, CannotCompleteReported = happened.CannotComplete, happened.CannotCompleteReported
    Reopened, Closed, Cancelled = happened.Reopened, happened.Closed, happened.Cancelled
    FactCorrected = happened.FactCorrected

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
        """The work has ended, whatever came of it, and has not been taken up again."""
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
        """The office says, or confirms, that the work is done; by the assigned technician unless told otherwise."""
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
        """End a finished work order for good; `seen` is how far whoever asks had read, where that proves anything."""
        rule.must_be_finished(self.status, rule.NothingToClose)
        if seen and self._decided_behind(seen):
            raise rule.OrderHasChanged
        self.trigger_event(self.Closed)

    def cancel(self, reason: str) -> None:
        """Call the work off for good."""
        rule.must_be_unfinished(self.status)
        self.trigger_event(self.Cancelled, customer=self.customer, reason=reason)

    # Facts

    def record_diagnosis(self, *, problem: str, cause: str, remedy: str, note: str | None = None) -> None:
        """What was found: codes for problem, cause and remedy, and a note in free words."""
        codes = {"problem": problem, "cause": cause, "remedy": remedy}
        self.trigger_event(self.Diagnosed, customer=self.customer, note=note, **codes)

    def record_labour(self, *, minutes: int, kind: LabourKind, technician: UUID | None = None) -> None:
        """Whole minutes that somebody spent."""
        self.trigger_event(self.LabourRecorded, minutes=minutes, kind=kind, technician=technician)

    def record_note(self, text: str) -> None:
        """Something to remember, in free words."""
        self.trigger_event(self.NoteAdded, customer=self.customer, text=text)

    def record_photo(self, *, sha256: str, size: int, media_type: str) -> None:
        """A picture, by the hash of its bytes; `size` counts bytes."""
        self.trigger_event(self.PhotoAttached, sha256=sha256, size=size, media_type=media_type)

    def record_completion(self, *, technician: UUID, fixed: Fixed, remedy: str | None = None) -> None:
        """A technician has done the work: it counts if the order is theirs, and is a report to the office if not."""
        told = self.Completed if self._counts(technician) else self.CompletionReported
        self.trigger_event(told, technician=technician, remedy=remedy, fixed=fixed)

    def record_cannot_complete(self, *, technician: UUID, reason: str) -> None:
        """A technician could not do the work: a code of `FAILURES` or words, a report if the order is not theirs."""
        told = self.CannotComplete if self._counts(technician) else self.CannotCompleteReported
        self.trigger_event(told, customer=self.customer, technician=technician, **reason_and_note(reason, FAILURES))

    def record_correction(self, *, operation: UUID, fact: str | None = None, reason: str | None = None) -> None:
        """A device takes back its own earlier operation; `fact` is the topic that one had recorded."""
        self.trigger_event(self.FactCorrected, customer=self.customer, operation=operation, fact=fact, reason=reason)

    def _counts(self, technician: UUID) -> bool:
        return self.assigned_to(technician) and not self.is_final()

    # Changes

    @event(Opened)
    def __init__(self, customer: UUID, case: UUID | None, equipment: UUID | None) -> None:
        self.customer, self.case, self.equipment = customer, case, equipment
        self.technician: UUID | None = None
        self.steps = {}

    @event(Assigned)
    def _(self, technician: UUID) -> None:
        self.technician = technician
        self._moved(self.Assigned)

    @event(Diagnosed)
    def _(self) -> None:
        self._moved(self.Diagnosed)

    @event(LabourRecorded)
    def _(self) -> None:
        self._moved(self.LabourRecorded)

    @event(Held)
    def _(self) -> None:
        self._moved(self.Held)

    @event(Resumed)
    def _(self) -> None:
        self._moved(self.Resumed)

    @event(Completed)
    def _(self) -> None:
        self._moved(self.Completed)

    @event(CannotComplete)
    def _(self) -> None:
        self._moved(self.CannotComplete)

    @event(Reopened)
    def _(self) -> None:
        self._moved(self.Reopened)

    @event(Closed)
    def _(self) -> None:
        self._moved(self.Closed)

    @event(Cancelled)
    def _(self) -> None:
        self._moved(self.Cancelled)

    @event(FactCorrected)
    def _(self, operation: UUID, fact: str | None) -> None:
        self._take_back(operation, fact)
