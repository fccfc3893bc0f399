"""Cases: a customer's matter from the first contact until it is closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.care.case import Case
from domain.care.case_status import Status
from domain.care.customer import Customer
from domain.recording.recorded import Recorded
from projections.care.merges import one_customer
from projections.engine.above import rows_above
from projections.engine.fact_lists import SHOWN
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import changed_by
from projections.engine.shapes import Id
from projections.engine.table import Key, Row, Table
from projections.lookup.external_refs import BY_EXTERNAL_ID, ExternalRefValue, external_ref_of


class CaseRow(TypedDict):
    """A case. `contacts` are the ids of those attached last, in that order, those of merged cases among them."""

    id: UUID
    customer: UUID
    topic: str
    priority: str
    status: str
    waits_on: str | None
    first_contact_at: datetime
    opened_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    resolution: str | None
    outcome: str | None
    basis: str | None
    waived_by: UUID | None
    waiver: str | None
    reopenings: int
    reopened_by: UUID | None
    reopen_reason: str | None
    contacts: list[Id]
    contacts_count: int
    merged_into: UUID | None
    external_ref: ExternalRefValue | None
    external_id: str | None
    position: int
    version: int


CASES = Table.of(
    "cases",
    CaseRow,
    key=("id",),
    indexes=(("opened_at", "id"), ("customer",), ("status",), ("merged_into",), *BY_EXTERNAL_ID),
)

_WORDS = ("resolution", "waiver", "reopen_reason")

_LATER = (
    *("waits_on", "resolved_at", "closed_at", "outcome", "basis", "waived_by", "reopened_by", "merged_into"),
    *_WORDS,
)

_OF_THE_END = ("resolved_at", "closed_at", "resolution", "outcome", "basis", "waived_by", "waiver")
"""Columns that are emptied when a case is reopened; the timeline keeps the values."""


class Cases(Projection):
    """One row per case. `reopened_by` is the contact of the last reopening, `reopen_reason` its reason."""

    name: ClassVar[str] = "cases"
    version: ClassVar[int] = 4
    tables: ClassVar[tuple[Table, ...]] = (CASES,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The case itself."""
        if event.topic != Customer.Erased.TOPIC:
            yield CASES, (event.stream,)

    @on(Case.Opened)
    def _opened(self, event: Recorded[Case.Opened], rows: Rows) -> None:
        data = event.data
        row: Row = {
            "id": event.stream,
            "customer": data.customer,
            "topic": data.topic,
            "priority": data.priority,
            "status": Status.OPEN.value,
            "first_contact_at": data.first_contact_at,
            "opened_at": event.occurred_at,
            "reopenings": 0,
            "contacts": [],
            "contacts_count": 0,
        }
        rows.put(CASES, row | dict.fromkeys(_LATER) | external_ref_of(event) | changed_by(event))

    @on(Case.ContactAttached)
    def _contact_attached(self, event: Recorded[Case.ContactAttached], rows: Rows) -> None:
        if (case := rows.get(CASES, event.stream)) is not None:
            rows.put(CASES, _with(case, [str(event.data.contact)], 1) | changed_by(event))
            for above in rows_above(rows, CASES, event.stream):
                rows.put(CASES, _with(above, [str(event.data.contact)], 1) | {"position": event.position})

    @on(Case.WorkStarted)
    def _work_started(self, event: Recorded[Case.WorkStarted], rows: Rows) -> None:
        self._go(event, rows, Status.IN_PROGRESS, {})

    @on(Case.Waiting)
    def _waiting(self, event: Recorded[Case.Waiting], rows: Rows) -> None:
        self._go(event, rows, Status.WAITING, {"waits_on": event.data.on})

    @on(Case.Resumed)
    def _resumed(self, event: Recorded[Case.Resumed], rows: Rows) -> None:
        self._go(event, rows, Status.IN_PROGRESS, {})

    @on(Case.Resolved)
    def _resolved(self, event: Recorded[Case.Resolved], rows: Rows) -> None:
        fields = {"resolved_at": event.occurred_at, "resolution": event.data.resolution}
        self._go(event, rows, Status.RESOLVED, fields)

    @on(Case.Reopened)
    def _reopened(self, event: Recorded[Case.Reopened], rows: Rows) -> None:
        if (case := rows.get(CASES, event.stream)) is not None:
            again = {"reopenings": case["reopenings"] + 1, "reopened_by": event.data.by_contact}
            ended = dict.fromkeys(_OF_THE_END) | {"reopen_reason": event.data.reason}
            self._go(event, rows, Status.IN_PROGRESS, again | ended)

    @on(Case.Closed)
    def _closed(self, event: Recorded[Case.Closed], rows: Rows) -> None:
        fields = {name: getattr(event.data, name) for name in ("outcome", "basis", "waived_by", "waiver")}
        self._go(event, rows, Status.CLOSED, fields | {"closed_at": event.occurred_at})

    @on(Case.Merged)
    def _merged(self, event: Recorded[Case.Merged], rows: Rows) -> None:
        self._go(event, rows, Status.MERGED, {"merged_into": event.data.into})
        if (case := rows.get(CASES, event.stream)) is not None:
            for above in rows_above(rows, CASES, event.stream):
                more = _with(above, case["contacts"], case["contacts_count"])
                rows.put(CASES, more | {"position": event.position})

    @on(Customer.Erased)
    def _erased(self, event: Recorded[Customer.Erased], rows: Rows) -> None:
        for case in rows.where(CASES, customer=event.stream):
            rows.put(CASES, case | dict.fromkeys(_WORDS) | {"position": event.position})

    def _go(self, event: Recorded, rows: Rows, status: Status, fields: Row) -> None:
        if (case := rows.get(CASES, event.stream)) is not None:
            rows.put(CASES, case | {"status": status.value, "waits_on": None} | fields | changed_by(event))


def _with(case: Row, contacts: list[str], number: int) -> Row:
    """A case after contacts were added, of which these are the newest."""
    last = [*case["contacts"], *contacts][-SHOWN:]
    return case | {"contacts": last, "contacts_count": case["contacts_count"] + number}


def case(reader: Reader, case_id: UUID) -> CaseRow | None:
    """One case."""
    return reader.row(CaseRow, "SELECT * FROM cases WHERE id = %s", (case_id,))


def cases(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    customer: UUID | None = None,
    status: str | None = None,
    topic: str | None = None,
    priority: str | None = None,
    external_ref: str | None = None,
) -> list[CaseRow]:
    """At most `limit` cases, newest first, those behind `after` (opened_at, id of the last one seen).

    `customer` follows merges, which asks the views `customers`.
    """
    return reader.rows(
        CaseRow,
        """
        SELECT * FROM cases
        WHERE (%(after)s IS NULL OR (opened_at, id) < %(after)s)
          AND (%(customers)s::uuid[] IS NULL OR customer = ANY(%(customers)s))
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(topic)s IS NULL OR topic = %(topic)s)
          AND (%(priority)s IS NULL OR priority = %(priority)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY opened_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "customers": one_customer(reader, customer)}
        | {"status": status, "topic": topic, "priority": priority, "external_ref": external_ref},
    )
