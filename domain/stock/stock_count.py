"""A stock count: the quantities counted at a location, and their approval by another person."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, event
from domain.kernel.bad_input import bad_member
from domain.kernel.problem import Refused


class CountStatus(StrEnum):
    """The status of a count; a line that arrives after the approval makes it submitted again."""

    STARTED = "started"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class NothingCounted(Refused):
    """Nothing has been counted yet; count at least one part, or cancel the count."""


class NotSubmitted(Refused):
    """Only a submitted count can be approved."""


class ApprovedByCounter(Refused):
    """Nobody may approve their own count; ask another person."""


class CountIsOver(Refused):
    """The count has been approved or cancelled; start another one."""


class StockCount(Entity):
    """One count of one location, by one or more people. Counted lines are always recorded."""

    TOPIC: ClassVar[str] = "stock_count"
    SNAPSHOT_EVERY: ClassVar[int] = 100

    location: UUID
    status: CountStatus
    counters: tuple[UUID, ...]
    lines: int

    class Started(Begun):
        TOPIC: ClassVar[str] = "count.started"
        location: UUID

    class LineCounted(Entity.Event):
        TOPIC: ClassVar[str] = "count.line_counted"
        part: UUID
        location: UUID
        quantity: Decimal
        blind: bool
        counter: UUID | None
        unit: str | None = None

    class Submitted(Entity.Event):
        TOPIC: ClassVar[str] = "count.submitted"
        location: UUID

    class Approved(Entity.Event):
        TOPIC: ClassVar[str] = "count.approved"
        location: UUID
        by: UUID

    class Cancelled(Entity.Event):
        TOPIC: ClassVar[str] = "count.cancelled"
        location: UUID

    @classmethod
    def start(cls, *, id: UUID, location: UUID) -> "StockCount":
        """A new count, begun by the office or by the first line that a device sends."""
        return cls.begin(cls.Started, id=id, location=location)

    # Questions

    def counted_by(self, *people: UUID) -> bool:
        """Whether one of these ids has counted."""
        return any(person in self.counters for person in people)

    # Facts (never refused)

    def record_line(
        self,
        *,
        part: UUID,
        location: UUID,
        quantity: Decimal,
        blind: bool,
        counter: UUID | None = None,
        unit: str | None = None,
    ) -> None:
        """Add a counted line; `blind` when the book's number was hidden. `counter` is a technician or a user."""
        if quantity < 0:
            raise bad_member("/quantity", "A counted quantity is not negative.")
        seen = {"part": part, "location": location, "quantity": quantity, "unit": unit}
        self.trigger_event(self.LineCounted, **seen, blind=blind, counter=counter)

    # Decisions (may be refused)

    def submit(self) -> None:
        """Submit the count for approval; doing so twice changes nothing."""
        self._must_not_be_over()
        if not self.lines:
            raise NothingCounted
        if self.status == CountStatus.STARTED:
            self.trigger_event(self.Submitted, location=self.location)

    def approve(self, *, by: UUID, technician: UUID | None = None) -> None:
        """Make what was counted the book; `technician` is the other id of an approver who is a technician as well."""
        if self.status != CountStatus.SUBMITTED:
            raise NotSubmitted
        if self.counted_by(by, *([technician] if technician else [])):
            raise ApprovedByCounter
        self.trigger_event(self.Approved, location=self.location, by=by)

    def cancel(self) -> None:
        """Cancel the count; its lines stay on record."""
        self._must_not_be_over()
        self.trigger_event(self.Cancelled, location=self.location)

    def _must_not_be_over(self) -> None:
        if self.status in (CountStatus.APPROVED, CountStatus.CANCELLED):
            raise CountIsOver

    # Changes

    @event(Started)
    def __init__(self, location: UUID) -> None:
        self.location = location
        self.status = CountStatus.STARTED
        self.counters = ()
        self.lines = 0

    @event(LineCounted)
    def _(self, counter: UUID | None) -> None:
        self.lines += 1
        if counter and counter not in self.counters:
            self.counters += (counter,)
        if self.status == CountStatus.APPROVED:
            self.status = CountStatus.SUBMITTED

    @event(Submitted)
    def _(self) -> None:
        self.status = CountStatus.SUBMITTED

    @event(Approved)
    def _(self) -> None:
        self.status = CountStatus.APPROVED

    @event(Cancelled)
    def _(self) -> None:
        self.status = CountStatus.CANCELLED
