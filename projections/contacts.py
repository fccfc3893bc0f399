"""Contacts: each interaction with a customer, by whatever channel, and which case it was about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.contact import Status
from projections.customers import CUSTOMERS, Customers
from projections.external_refs import BY_EXTERNAL_ID, EXTERNAL_REF
from projections.external_refs import external_ref as _external_ref
from projections.projection import Projection, Rows, on
from projections.reader import Reader
from projections.table import Key, Row, Table
from store.recorded import Recorded

CONTACTS = Table(
    "contacts",
    {
        "id": "uuid NOT NULL",
        "status": "text NOT NULL",
        "channel": "text NOT NULL",
        "direction": "text NOT NULL",
        "started_at": "timestamptz NOT NULL",
        "ended_at": "timestamptz",
        "agent": "uuid",
        "customer": "uuid",
        "message_id": "text",
        "work_order": "uuid",
        "case_id": "uuid",
        "repeat_of": "uuid",
        "duplicate_of": "uuid",
        "about": "text",
        "reason": "text",
        "demand": "text",
        "cause": "text",
        "causing_events": "json NOT NULL",
        "basis": "text",
        "answered_at": "timestamptz",
        **EXTERNAL_REF,
        "position": "bigint NOT NULL",
        "version": "bigint NOT NULL",
    },
    key=("id",),
    indexes=(("started_at", "id"), ("customer",), ("case_id",), ("work_order",), ("message_id",), *BY_EXTERNAL_ID),
)

_TOLD = ("channel", "direction", "started_at", "ended_at", "agent", "customer", "message_id", "work_order")
_LATER = ("case_id", "repeat_of", "duplicate_of", "reason", "demand", "cause", "basis", "answered_at")


class Contacts(Projection):
    """One row a contact. Its words go when the customer is erased whom it turned out to be from."""

    name: ClassVar[str] = "contacts"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (CONTACTS,)
    needs: ClassVar[tuple[Projection, ...]] = (Customers(),)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The contact, and the customer it is found to be of."""
        if event.topic != "customer.erased":
            yield CONTACTS, (event.stream,)
        if event.topic == "contact.linked" and event.data.customer is not None:
            yield CUSTOMERS, (event.data.customer,)

    @on("contact.received")
    def _received(self, event: Recorded, rows: Rows) -> None:
        row = {"id": event.stream, "status": Status.RECEIVED.value, "about": event.data.about, "causing_events": []}
        told = {name: getattr(event.data, name) for name in _TOLD}
        rows.put(CONTACTS, row | told | dict.fromkeys(_LATER) | _external_ref(event) | _changed(event))

    @on("contact.reason_set")
    def _reason_set(self, event: Recorded, rows: Rows) -> None:
        self._change(event, rows, {"reason": event.data.reason}, Status.CLASSIFIED)

    @on("contact.linked")
    def _linked(self, event: Recorded, rows: Rows) -> None:
        data, contact = event.data, rows.get(CONTACTS, event.stream)
        if contact is None:
            return
        said: Row = {"case_id": data.case, "repeat_of": data.repeat_of}
        if contact["customer"] is None and data.customer is not None:
            said |= {"customer": data.customer}
            customer = rows.get(CUSTOMERS, data.customer)
            if customer is not None and customer["erased"]:
                said |= {"about": None, "reason": None}
        self._change(event, rows, said, Status.LINKED)

    @on("contact.cause_confirmed")
    def _cause_confirmed(self, event: Recorded, rows: Rows) -> None:
        said = {name: getattr(event.data, name) for name in ("demand", "cause", "basis")}
        self._change(event, rows, said | {"causing_events": list(event.data.causing_events)})

    @on("contact.answered")
    def _answered(self, event: Recorded, rows: Rows) -> None:
        self._change(event, rows, {"answered_at": event.occurred_at}, Status.ANSWERED)

    @on("contact.duplicate_of")
    def _duplicate_of(self, event: Recorded, rows: Rows) -> None:
        self._change(event, rows, {"duplicate_of": event.data.contact}, Status.DUPLICATE)

    @on("customer.erased")
    def _erased(self, event: Recorded, rows: Rows) -> None:
        for contact in rows.where(CONTACTS, customer=event.stream):
            rows.put(CONTACTS, contact | {"about": None, "reason": None, "position": event.position})

    def _change(self, event: Recorded, rows: Rows, said: Row, status: Status | None = None) -> None:
        if (contact := rows.get(CONTACTS, event.stream)) is not None:
            now = Status(contact["status"])
            status = now if status is None or _stays(now, status) else status
            rows.put(CONTACTS, contact | said | {"status": status.value} | _changed(event))


def _stays(now: Status, told: Status) -> bool:
    """An answer is not undone by sorting the contact afterwards, nor a link by a reason."""
    reached = list(Status)
    return reached.index(now) > reached.index(told)


def _changed(event: Recorded) -> Row:
    return {"position": event.position, "version": event.version}


def contact(reader: Reader, contact_id: UUID) -> Row | None:
    """One contact."""
    return reader.fetch_one("SELECT * FROM contacts WHERE id = %s", (contact_id,))


def contacts(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    customer: UUID | None = None,
    case: UUID | None = None,
    status: str | None = None,
    channel: str | None = None,
    message_id: str | None = None,
    external_ref: str | None = None,
) -> list[Row]:
    """At most `limit` contacts, newest first, those behind `after` (started_at, id of the last one seen)."""
    return reader.fetch_all(
        """
        SELECT * FROM contacts
        WHERE (%(after)s IS NULL OR (started_at, id) < %(after)s)
          AND (%(customer)s IS NULL OR customer = %(customer)s)
          AND (%(case)s IS NULL OR case_id = %(case)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(channel)s IS NULL OR channel = %(channel)s)
          AND (%(message_id)s IS NULL OR message_id = %(message_id)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY started_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "external_ref": external_ref,
            "limit": limit,
            "after": after,
            "customer": customer,
            "case": case,
            "status": status,
            "channel": channel,
            "message_id": message_id,
        },
    )
