"""A contact: one interaction with a customer, on any channel, in or out, and what it was about."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal, Required, Self, TypedDict, Unpack
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.bad_input import bad_member
from domain.kernel.problem import Refused

Channel = Literal["phone", "email", "web", "store", "visit", "chat"]
Direction = Literal["in", "out"]
Demand = Literal["value", "failure", "unclear"]


class Status(StrEnum):
    """What has been done about a contact."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    LINKED = "linked"
    ANSWERED = "answered"
    DUPLICATE = "duplicate"


class Receipt(TypedDict, total=False):
    """The fields of a received contact; instants are aware, `about` is in free words."""

    channel: Required[Channel]
    direction: Required[Direction]
    started_at: Required[datetime]
    ended_at: datetime | None
    agent: UUID | None
    customer: UUID | None
    message_id: str | None
    work_order: UUID | None
    about: str | None


class ContactIsDuplicate(Refused):
    """This contact is a duplicate; use the one it repeats."""


class DuplicateOfItself(Refused):
    """A contact cannot be a duplicate of itself; name the other one."""


class Contact(Entity):
    """One interaction. Its text is sealed as the customer's, or as the contact's own while the customer is unknown."""

    TOPIC: ClassVar[str] = "contact"

    class Received(Begun):
        """The message id is personal data; until version 2 it was stored as plain text."""

        TOPIC: ClassVar[str] = "contact.received"
        PERSON: ClassVar[str] = "person"
        class_version: ClassVar[int] = 2
        person: UUID
        channel: Channel
        direction: Direction
        started_at: datetime
        ended_at: datetime | None = None
        agent: UUID | None = None
        customer: UUID | None = None
        message_id: Personal = None
        work_order: UUID | None = None
        about: Personal = None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """The message id keeps its place; it has become personal."""

    class ReasonSet(Entity.Event):
        TOPIC: ClassVar[str] = "contact.reason_set"
        PERSON: ClassVar[str] = "person"
        person: UUID
        reason: Personal = None

    class Linked(Entity.Event):
        TOPIC: ClassVar[str] = "contact.linked"
        case: UUID
        customer: UUID | None
        previous: UUID | None
        repeat_of: UUID | None

    class CauseConfirmed(Entity.Event):
        TOPIC: ClassVar[str] = "contact.cause_confirmed"
        demand: Demand
        cause: str
        causing_events: tuple[int, ...]
        basis: str

    class Answered(Entity.Event):
        TOPIC: ClassVar[str] = "contact.answered"

    class DuplicateOf(Entity.Event):
        TOPIC: ClassVar[str] = "contact.duplicate_of"
        contact: UUID

    @classmethod
    def receive(cls, *, id: UUID, **receipt: Unpack[Receipt]) -> Self:
        """A new contact; raises `BadInput` when it would end before it starts."""
        ended_at = receipt.get("ended_at")
        if ended_at is not None and ended_at < receipt["started_at"]:
            raise bad_member("/ended_at", "A contact does not end before it starts.")
        return cls.begin(cls.Received, id=id, person=receipt.get("customer") or id, **receipt)

    # Questions

    def is_duplicate(self) -> bool:
        """Whether it is a duplicate of another contact."""
        return self.status == Status.DUPLICATE

    # Decisions

    def set_reason(self, reason: str) -> None:
        """Set why they contacted us, in their words; a later reason is recorded besides the earlier one."""
        self.must_not_be_duplicate()
        self.trigger_event(self.ReasonSet, person=self.person, reason=reason)

    def link(self, case: UUID, *, customer: UUID | None = None, repeat_of: UUID | None = None) -> None:
        """Link it to a case, its customer and an earlier contact that it repeats; the same again changes nothing."""
        self.must_not_be_duplicate()
        if (case, repeat_of) != (self.case, self.repeat_of):
            fields = {"case": case, "customer": customer, "previous": self.case, "repeat_of": repeat_of}
            self.trigger_event(self.Linked, **fields)

    def confirm_cause(self, *, demand: Demand, cause: str, basis: str, causing_events: tuple[int, ...] = ()) -> None:
        """Record the confirmed cause: codes for demand, cause and basis, and the positions of causing events."""
        self.must_not_be_duplicate()
        fields = {"demand": demand, "cause": cause, "basis": basis, "causing_events": causing_events}
        self.trigger_event(self.CauseConfirmed, **fields)

    def answer(self) -> None:
        """Record that the customer has our answer; answering again changes nothing."""
        self.must_not_be_duplicate()
        if not self.answered:
            self.trigger_event(self.Answered)

    def mark_duplicate(self, of: UUID) -> None:
        """Mark it as a duplicate of another contact."""
        self.must_not_be_duplicate()
        if of == self.id:
            raise DuplicateOfItself
        self.trigger_event(self.DuplicateOf, contact=of)

    def must_not_be_duplicate(self) -> None:
        """Raise `ContactIsDuplicate` when it is one."""
        if self.is_duplicate():
            raise ContactIsDuplicate

    # Changes

    @event(Received)
    def __init__(self, person: UUID, customer: UUID | None, work_order: UUID | None) -> None:
        self.person = person
        self.customer = customer
        self.work_order = work_order
        self.case: UUID | None = None
        self.repeat_of: UUID | None = None
        self.answered = False
        self.status = Status.RECEIVED

    @event(ReasonSet)
    def _(self) -> None:
        if self.status == Status.RECEIVED:
            self.status = Status.CLASSIFIED

    @event(Linked)
    def _(self, case: UUID, customer: UUID | None, repeat_of: UUID | None) -> None:
        self.case = case
        self.repeat_of = repeat_of
        if self.customer is None and customer is not None:
            self.customer = self.person = customer
        if not self.answered:
            self.status = Status.LINKED

    @event(Answered)
    def _(self) -> None:
        self.answered = True
        self.status = Status.ANSWERED

    @event(DuplicateOf)
    def _(self) -> None:
        self.status = Status.DUPLICATE
