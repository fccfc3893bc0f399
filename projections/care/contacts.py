"""Contacts: each interaction with a customer, by whatever channel, and which case it was about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.care import customer_events
from domain.care.case import Case
from domain.care.case_status import Status as CaseStatus
from domain.care.contact import Contact, Status
from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from projections.care.cases import CASES, Cases
from projections.care.customer_rows import CUSTOMERS
from projections.care.customers import Customers
from projections.engine.above import standing_row
from projections.engine.projection import Projection, Rows, on
from projections.engine.row_change import changed_by
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue, external_ref_of


class ContactRow(TypedDict):
    """A contact; `causing_events` are positions."""

    id: UUID
    status: str
    channel: str
    direction: str
    started_at: datetime
    ended_at: datetime | None
    listed_at: datetime
    agent: UUID | None
    customer: UUID | None
    message_id: str | None
    work_order: UUID | None
    case_id: UUID | None
    repeat_of: UUID | None
    duplicate_of: UUID | None
    about: str | None
    reason: str | None
    demand: str | None
    cause: str | None
    causing_events: list[int]
    basis: str | None
    answered_at: datetime | None
    external_ref: ExternalRefValue | None
    external_id: str | None
    needs_decision: bool
    position: int
    version: int


CONTACTS = Table.of(
    "contacts",
    ContactRow,
    key=("id",),
    indexes=(
        ("listed_at", "id"),
        *((name,) for name in ("customer", "case_id", "work_order", "md5(message_id)")),
        ("case_id", "needs_decision"),
        ("needs_decision", "listed_at", "id"),
        *BY_EXTERNAL_ID,
    ),
)

_TOLD = ("channel", "direction", "started_at", "ended_at", "agent", "customer", "message_id", "work_order")
_WORDS = ("about", "reason", "message_id")
_LATER = ("case_id", "repeat_of", "duplicate_of", "reason", "demand", "cause", "basis", "answered_at")


class Contacts(Projection):
    """One row a contact. Its words go when the customer is erased whom it turned out to be from.

    A contact about a case that was closed already `needs_decision`: to reopen the case, to link the contact to another
    one, or to answer it when there is nothing more to do.
    `listed_at` is where it stands in lists: when it started, or was recorded if it says that it started after that.
    """

    name: ClassVar[str] = "contacts"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (CONTACTS,)
    needs: ClassVar[tuple[Projection, ...]] = (Customers(), Cases())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The contact, and the customer it is found to be of."""
        if event.topic != Customer.Erased.TOPIC:
            yield CONTACTS, (event.stream,)
        if event.topic == Contact.Linked.TOPIC and event.data.customer is not None:
            yield CUSTOMERS, (event.data.customer,)

    @on(Contact.Received)
    def _received(self, event: Recorded[Contact.Received], rows: Rows) -> None:
        row = {"id": event.stream, "status": Status.RECEIVED.value, "about": event.data.about, "causing_events": []}
        told = {name: getattr(event.data, name) for name in _TOLD} | {"needs_decision": False}
        told["listed_at"] = min(event.data.started_at, event.recorded_at)
        rows.put(CONTACTS, row | told | dict.fromkeys(_LATER) | external_ref_of(event) | changed_by(event))

    @on(Contact.ReasonSet)
    def _reason_set(self, event: Recorded[Contact.ReasonSet], rows: Rows) -> None:
        self._change(event, rows, {"reason": event.data.reason}, Status.CLASSIFIED)

    @on(Contact.Linked)
    def _linked(self, event: Recorded[Contact.Linked], rows: Rows) -> None:
        data, contact = event.data, rows.get(CONTACTS, event.stream)
        if contact is None:
            return
        said: Row = {"case_id": data.case, "repeat_of": data.repeat_of}
        said["needs_decision"] = contact["duplicate_of"] is None and _is_closed(rows, data.case)
        if contact["customer"] is None and data.customer is not None:
            said |= {"customer": data.customer}
            customer = rows.get(CUSTOMERS, data.customer)
            if customer is not None and customer["erased"]:
                said |= dict.fromkeys(_WORDS)
        self._change(event, rows, said, Status.LINKED)

    @on(Contact.CauseConfirmed)
    def _cause_confirmed(self, event: Recorded[Contact.CauseConfirmed], rows: Rows) -> None:
        said = {name: getattr(event.data, name) for name in ("demand", "cause", "basis")}
        self._change(event, rows, said | {"causing_events": list(event.data.causing_events)})

    @on(Contact.Answered)
    def _answered(self, event: Recorded[Contact.Answered], rows: Rows) -> None:
        self._change(event, rows, {"answered_at": event.occurred_at, "needs_decision": False}, Status.ANSWERED)

    @on(Contact.DuplicateOf)
    def _duplicate_of(self, event: Recorded[Contact.DuplicateOf], rows: Rows) -> None:
        self._change(event, rows, {"duplicate_of": event.data.contact, "needs_decision": False}, Status.DUPLICATE)

    @on(Case.Reopened)
    def _reopened(self, event: Recorded[Case.Reopened], rows: Rows) -> None:
        """What was about it, or about a case merged into it, is decided."""
        due = [event.stream]
        for case in due:
            for contact in rows.where(CONTACTS, case_id=case, needs_decision=True):
                rows.put(CONTACTS, contact | {"needs_decision": False, "position": event.position})
            due += [row["id"] for row in rows.where(CASES, merged_into=case) if row["id"] not in due]

    @on(Customer.Erased)
    def _erased(self, event: Recorded[customer_events.Erased], rows: Rows) -> None:
        for contact in rows.where(CONTACTS, customer=event.stream):
            rows.put(CONTACTS, contact | dict.fromkeys(_WORDS) | {"position": event.position})

    def _change(self, event: Recorded, rows: Rows, said: Row, status: Status | None = None) -> None:
        if (contact := rows.get(CONTACTS, event.stream)) is not None:
            now = Status(contact["status"])
            status = now if status is None or _stays(now, status) else status
            rows.put(CONTACTS, contact | said | {"status": status.value} | changed_by(event))


def _is_closed(rows: Rows, case: UUID) -> bool:
    """Whether the case, or the one in which it goes on, is closed."""
    row = standing_row(rows, CASES, case)
    return row is not None and bool(row["status"] == CaseStatus.CLOSED)


def _stays(now: Status, told: Status) -> bool:
    """An answer is not undone by sorting the contact afterwards, nor a link by a reason."""
    return list(Status).index(now) > list(Status).index(told)
