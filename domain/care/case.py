"""A case: a customer's matter from the first contact until it is closed."""

from datetime import datetime
from typing import ClassVar, Self, Unpack
from uuid import UUID

from domain.care import case_status as rule
from domain.care.case_codes import Basis, Closing, Outcome, Topic, WaitingOn
from domain.care.case_status import FINAL, Status
from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.priority import Priority

MOST_CONTACTS = 1_000


class Case(Entity):
    """One concern of one customer."""

    TOPIC: ClassVar[str] = "case"

    SNAPSHOT_EVERY: ClassVar[int] = 100

    customer: UUID
    contacts: list[UUID]
    waits_on: WaitingOn | None
    status: Status

    class Opened(Begun):
        TOPIC: ClassVar[str] = "case.opened"
        customer: UUID
        topic: Topic
        priority: Priority
        first_contact_at: datetime

    class ContactAttached(Entity.Event):
        TOPIC: ClassVar[str] = "case.contact_attached"
        contact: UUID

    class WorkStarted(Entity.Event):
        TOPIC: ClassVar[str] = "case.work_started"
        work_order: UUID | None

    class Waiting(Entity.Event):
        TOPIC: ClassVar[str] = "case.waiting"
        on: WaitingOn

    class Resumed(Entity.Event):
        TOPIC: ClassVar[str] = "case.resumed"

    class Resolved(Entity.Event):
        TOPIC: ClassVar[str] = "case.resolved"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        resolution: Personal = None

    class Reopened(Entity.Event):
        TOPIC: ClassVar[str] = "case.reopened"
        PERSON: ClassVar[str] = "customer"
        by_contact: UUID | None
        customer: UUID | None = None
        reason: Personal = None

    class Closed(Entity.Event):
        TOPIC: ClassVar[str] = "case.closed"
        PERSON: ClassVar[str] = "customer"
        customer: UUID
        outcome: Outcome
        basis: Basis
        open_work_orders: int = 0
        open_discrepancies: int = 0
        waived_by: UUID | None = None
        waiver: Personal = None

    class Merged(Entity.Event):
        TOPIC: ClassVar[str] = "case.merged"
        into: UUID

    @classmethod
    def open(
        cls, *, id: UUID, customer: UUID, topic: Topic, first_contact_at: datetime, priority: Priority = "normal"
    ) -> Self:
        """A new case; `first_contact_at` (aware) is when the customer first contacted us about it, by any channel."""
        fields = {"customer": customer, "topic": topic, "priority": priority, "first_contact_at": first_contact_at}
        return cls.begin(cls.Opened, id=id, **fields)

    # Questions

    def is_final(self) -> bool:
        """Closed, or merged into another case."""
        return self.status in FINAL

    # Decisions

    def attach_contact(self, contact: UUID) -> None:
        """Link a contact to this case, which may have ended.

        The same contact again changes nothing, unless `MOST_CONTACTS` others were linked since.
        """
        if contact not in self.contacts:
            self.trigger_event(self.ContactAttached, contact=contact)

    def start_work(self, work_order: UUID | None = None) -> None:
        """Somebody works on it, with this work order if there is one; that ends any waiting."""
        rule.must_be_unresolved(self.status)
        if work_order is not None or self.status != Status.IN_PROGRESS:
            self.trigger_event(self.WorkStarted, work_order=work_order)

    def wait(self, on: WaitingOn) -> None:
        """Wait: nothing can be done until a person or a thing is available."""
        rule.must_be_unresolved(self.status)
        if on != self.waits_on:
            self.trigger_event(self.Waiting, on=on)

    def resume(self) -> None:
        """End the wait: what it waited for is available, or no longer needed."""
        rule.must_be_waiting(self.status)
        self.trigger_event(self.Resumed)

    def resolve(self, resolution: str | None = None) -> None:
        """What the customer asked for has been done, in our view."""
        rule.must_be_unresolved(self.status)
        self.trigger_event(self.Resolved, customer=self.customer, resolution=resolution)

    def reopen(self, by_contact: UUID | None = None, *, reason: str | None = None) -> None:
        """Reopen it: it was not what the customer asked for. `by_contact` is their contact; a closed case needs one."""
        rule.may_be_reopened(self.status, by_contact)
        self.trigger_event(self.Reopened, customer=self.customer, by_contact=by_contact, reason=reason)

    def close(self, **closing: Unpack[Closing]) -> None:
        """Close the case with the customer's answers; refused while anything is open, unless waived by name."""
        rule.must_be_resolved(self.status)
        work_orders, discrepancies = closing["open_work_orders"], closing.get("open_discrepancies", 0)
        if (work_orders or discrepancies) and not (closing.get("waived_by") and closing.get("waiver")):
            raise rule.SomethingIsOpen(open_work_orders=work_orders, open_discrepancies=discrepancies)
        self.trigger_event(self.Closed, customer=self.customer, **closing)

    def merge(self, into: UUID) -> None:
        """Merge it into another case about the same matter, which remains."""
        rule.must_not_be_final(self.status)
        if into == self.id:
            raise rule.MergedIntoItself
        self.trigger_event(self.Merged, into=into)

    # Changes

    @event(Opened)
    def __init__(self, customer: UUID) -> None:
        self.customer = customer
        self.contacts: list[UUID] = []
        self.waits_on: WaitingOn | None = None
        self.status = Status.OPEN

    @event(ContactAttached)
    def _(self, contact: UUID) -> None:
        self.contacts = [*self.contacts[1 - MOST_CONTACTS :], contact]

    @event(WorkStarted)
    def _(self) -> None:
        self._go(Status.IN_PROGRESS)

    @event(Waiting)
    def _(self, on: WaitingOn) -> None:
        self._go(Status.WAITING, on)

    @event(Resumed)
    def _(self) -> None:
        self._go(Status.IN_PROGRESS)

    @event(Resolved)
    def _(self) -> None:
        self._go(Status.RESOLVED)

    @event(Reopened)
    def _(self) -> None:
        self._go(Status.IN_PROGRESS)

    @event(Closed)
    def _(self) -> None:
        self._go(Status.CLOSED)

    @event(Merged)
    def _(self) -> None:
        self._go(Status.MERGED)

    def _go(self, status: Status, waits_on: WaitingOn | None = None) -> None:
        self.status = status
        self.waits_on = waits_on
