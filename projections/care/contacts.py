"""Contacts: each interaction with a customer, on any channel, and the case it was about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.care.case import Case
from domain.care.case_status import Status as CaseStatus
from domain.care.contact import Contact, Status
from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from projections.care.cases import CASES, Cases
from projections.care.customer_rows import CUSTOMERS
from projections.care.customers import Customers
from projections.engine.above import surviving_row
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

_FIELDS = ("channel", "direction", "started_at", "ended_at", "agent", "customer", "message_id", "work_order")
_WORDS = ("about", "reason", "message_id")
_LATER = ("case_id", "repeat_of", "duplicate_of", "reason", "demand", "cause", "basis", "answered_at")


class Contacts(Projection):
    """One row per contact. Its texts are emptied when its customer, linked later perhaps, is erased.

    A contact about a case that was closed already `needs_decision`: to reopen the case, to link the contact to another
    one, or to answer it when nothing is left to do.
    `listed_at` orders lists: when it started, or when it was recorded if the start lies after that.
    """

    name: ClassVar[str] = "contacts"
    version: ClassVar[int] = 3
    tables: ClassVar[tuple[Table, ...]] = (CONTACTS,)
    needs: ClassVar[tuple[Projection, ...]] = (Customers(), Cases())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The contact, and the customer to whom it is linked."""
        if event.topic != Customer.Erased.TOPIC:
            yield CONTACTS, (event.stream,)
        if event.topic == Contact.Linked.TOPIC and event.data.customer is not None:
            yield CUSTOMERS, (event.data.customer,)

    @on(Contact.Received)
    def _received(self, event: Recorded[Contact.Received], rows: Rows) -> None:
        row = {"id": event.stream, "status": Status.RECEIVED.value, "about": event.data.about, "causing_events": []}
        fields = {name: getattr(event.data, name) for name in _FIELDS} | {"needs_decision": False}
        fields["listed_at"] = min(event.data.started_at, event.recorded_at)
        rows.put(CONTACTS, row | fields | dict.fromkeys(_LATER) | external_ref_of(event) | changed_by(event))

    @on(Contact.ReasonSet)
    def _reason_set(self, event: Recorded[Contact.ReasonSet], rows: Rows) -> None:
        self._change(event, rows, {"reason": event.data.reason}, Status.CLASSIFIED)

    @on(Contact.Linked)
    def _linked(self, event: Recorded[Contact.Linked], rows: Rows) -> None:
        data, contact = event.data, rows.get(CONTACTS, event.stream)
        if contact is None:
            return
        fields: Row = {"case_id": data.case, "repeat_of": data.repeat_of}
        fields["needs_decision"] = contact["duplicate_of"] is None and _is_closed(rows, data.case)
        if contact["customer"] is None and data.customer is not None:
            fields |= {"customer": data.customer}
            customer = rows.get(CUSTOMERS, data.customer)
            if customer is not None and customer["erased"]:
                fields |= dict.fromkeys(_WORDS)
        self._change(event, rows, fields, Status.LINKED)

    @on(Contact.CauseConfirmed)
    def _cause_confirmed(self, event: Recorded[Contact.CauseConfirmed], rows: Rows) -> None:
        fields = {name: getattr(event.data, name) for name in ("demand", "cause", "basis")}
        self._change(event, rows, fields | {"causing_events": list(event.data.causing_events)})

    @on(Contact.Answered)
    def _answered(self, event: Recorded[Contact.Answered], rows: Rows) -> None:
        self._change(event, rows, {"answered_at": event.occurred_at, "needs_decision": False}, Status.ANSWERED)

    @on(Contact.DuplicateOf)
    def _duplicate_of(self, event: Recorded[Contact.DuplicateOf], rows: Rows) -> None:
        self._change(event, rows, {"duplicate_of": event.data.contact, "needs_decision": False}, Status.DUPLICATE)

    @on(Case.Reopened)
    def _reopened(self, event: Recorded[Case.Reopened], rows: Rows) -> None:
        """The contacts of the case, and of cases merged into it, need no decision any more."""
        due = [event.stream]
        for case in due:
            for contact in rows.where(CONTACTS, case_id=case, needs_decision=True):
                rows.put(CONTACTS, contact | {"needs_decision": False, "position": event.position})
            due += [row["id"] for row in rows.where(CASES, merged_into=case) if row["id"] not in due]

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        for contact in rows.where(CONTACTS, customer=event.stream):
            rows.put(CONTACTS, contact | dict.fromkeys(_WORDS) | {"position": event.position})

    def _change(self, event: Recorded, rows: Rows, fields: Row, status: Status | None = None) -> None:
        if (contact := rows.get(CONTACTS, event.stream)) is not None:
            now = Status(contact["status"])
            status = now if status is None or _stays(now, status) else status
            rows.put(CONTACTS, contact | fields | {"status": status.value} | changed_by(event))


def _is_closed(rows: Rows, case: UUID) -> bool:
    """Whether the case, or the one that it was merged into, is closed."""
    row = surviving_row(rows, CASES, case)
    return row is not None and bool(row["status"] == CaseStatus.CLOSED)


def _stays(now: Status, other: Status) -> bool:
    """Whether the status stays: the order of `Status` is never walked backwards."""
    return list(Status).index(now) > list(Status).index(other)
