"""A work order: one repair, from the moment it is opened until it is closed or cancelled."""

from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from domain.aggregate import Begun, Entity, Personal, event
from domain.problem import Refused

Priority = Literal["low", "normal", "high", "urgent"]
HoldReason = Literal["parts", "customer", "access", "skill", "safety", "approval"]
Fixed = Literal["yes", "temporary", "no"]
LabourKind = Literal["travel", "work", "wait"]


class Status(StrEnum):
    """Where a work order stands; closed and cancelled are final."""

    UNSCHEDULED = "unscheduled"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANNOT_COMPLETE = "cannot_complete"
    CLOSED = "closed"
    CANCELLED = "cancelled"


FINAL = frozenset({Status.CLOSED, Status.CANCELLED})


class WorkOrderIsFinal(Refused):
    """A closed or cancelled work order takes no further decisions."""


class NothingToClose(Refused):
    """Only a completed work order, or one that cannot be completed, can be closed."""


class NotOnHold(Refused):
    """The work order is not on hold."""


class NotFinished(Refused):
    """Only a finished work order can be reopened."""


class WorkOrder(Entity):
    """One repair. Facts are always recorded; decisions are refused where the state does not allow them."""

    TOPIC: ClassVar[str] = "work_order"

    class Opened(Begun):
        TOPIC: ClassVar[str] = "work_order.opened"
        PERSON: ClassVar[str] = "customer"
        number: str
        case: UUID | None
        customer: UUID
        site: UUID | None
        equipment: UUID | None
        priority: Priority
        problem: Personal = None

    class Assigned(Entity.Event):
        TOPIC: ClassVar[str] = "work_order.assigned"
        technician: UUID
        previous: UUID | None

    class PartRequired(Entity.Event):
        TOPIC: ClassVar[str] = "work_order.part_required"
        part: UUID
        quantity: str
        why: str

    class Diagnosed(Entity.Event):
        TOPIC: ClassVar[str] = "work_order.diagnosed"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        problem: str
        cause: str
        remedy: str
        note: Personal = None

    # … further events in the same shape …

    @classmethod
    def open(cls, *, id: UUID, number: str, case: UUID | None, customer: UUID, site: UUID | None,  # noqa: A002
             equipment: UUID | None, priority: Priority, problem: str | None) -> "WorkOrder":
        """A new work order; `problem` is what the customer says, in their words."""
        return cls.begin(cls.Opened, id=id, number=number, case=case, customer=customer, site=site,
                         equipment=equipment, priority=priority, problem=problem)

    # Questions

    def is_final(self) -> bool:
        """Closed or cancelled."""
        return self.status in FINAL

    # Decisions (may be refused)

    def assign(self, technician: UUID) -> None:
        """Give the work order to a technician; giving it to the same one again changes nothing."""
        self._must_not_be_final()
        if technician != self.technician:
            self.trigger_event(self.Assigned, technician=technician, previous=self.technician)

    # Facts (never refused)

    def record_diagnosis(self, *, problem: str, cause: str, remedy: str, note: str | None) -> None:
        """What was found: codes for problem, cause and remedy, and a note in free words."""
        self.trigger_event(
            self.Diagnosed, customer=self.customer, problem=problem, cause=cause, remedy=remedy, note=note
        )

    def _must_not_be_final(self) -> None:
        if self.is_final():
            raise WorkOrderIsFinal

    # Changes

    @event(Opened)
    def __init__(self, number: str, case: UUID | None, customer: UUID) -> None:
        self.number = number
        self.case = case
        self.customer = customer
        self.technician: UUID | None = None
        self.status = Status.UNSCHEDULED

    @event(Assigned)
    def _(self, technician: UUID) -> None:
        self.technician = technician
        if self.status == Status.UNSCHEDULED:
            self.status = Status.SCHEDULED

    @event(Diagnosed)
    def _(self) -> None:
        if self.status in (Status.UNSCHEDULED, Status.SCHEDULED):
            self.status = Status.IN_PROGRESS
