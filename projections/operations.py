"""Operations that the office has to know of: put aside, refused, released or thrown away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from projections.projection import Projection, Rows, on
from projections.reader import Reader
from projections.table import Key, Row, Table
from projections.visits import VISITS, Visits
from projections.work_orders import WORK_ORDERS, WorkOrders
from store.record import Recorded

OPERATIONS = Table(
    "operations",
    {
        "operation": "uuid NOT NULL",
        "device": "uuid NOT NULL",
        "seq": "bigint NOT NULL",
        "technician": "uuid NOT NULL",
        "status": "text NOT NULL",
        "type": "text NOT NULL",
        "reason": "text NOT NULL",
        "detail": "text NOT NULL",
        "refs": "json NOT NULL",
        "body": "text",
        "occurred_at": "timestamptz NOT NULL",
        "recorded_at": "timestamptz NOT NULL",
        "decided_at": "timestamptz",
        "decided_by": "uuid",
        "decision": "text",
        "position": "bigint NOT NULL",
    },
    key=("device", "operation", "seq"),
    indexes=(("recorded_at", "operation"), ("operation",), ("status", "recorded_at")),
)

NAMED = Table(
    "operation_refs",
    {"ref": "uuid NOT NULL", "device": "uuid NOT NULL", "operation": "uuid NOT NULL", "seq": "bigint NOT NULL"},
    key=("ref", "device", "operation", "seq"),
)
"""What quarantined operations name, so that their texts are found when a customer is erased."""


class Operations(Projection):
    """One row an operation that was quarantined or rejected; one id that came with two contents has two.

    `status` is quarantined, released, discarded or rejected, `reason` the code of the problem, `decision` why it was
    discarded. `body` is the untouched text of a quarantined one, None once it or a customer it names was erased.
    """

    name: ClassVar[str] = "operations"
    tables: ClassVar[tuple[Table, ...]] = (OPERATIONS, NAMED)
    needs: ClassVar[tuple[Projection, ...]] = (WorkOrders(), Visits())

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The operation, where its number is known."""
        if hasattr(event.data, "seq"):
            yield OPERATIONS, (event.stream, event.data.operation, event.data.seq)

    @on("device.operation_quarantined")
    def _quarantined(self, event: Recorded, rows: Rows) -> None:
        self._put_aside(event, rows, status="quarantined", reason=event.data.reason, body=event.data.body)
        for ref in dict.fromkeys(event.data.refs):
            named = {"ref": ref, "device": event.stream, "operation": event.data.operation, "seq": event.data.seq}
            rows.put(NAMED, named)

    @on("device.operation_rejected")
    def _rejected(self, event: Recorded, rows: Rows) -> None:
        known = rows.get(OPERATIONS, event.stream, event.data.operation, event.data.seq)
        body = known["body"] if known else None  # it was released and refused then
        self._put_aside(event, rows, status="rejected", reason=event.data.problem, body=body)

    @on("device.operation_released")
    def _released(self, event: Recorded, rows: Rows) -> None:
        self._decide(event, rows, status="released")

    @on("device.operation_discarded")
    def _discarded(self, event: Recorded, rows: Rows) -> None:
        self._decide(event, rows, status="discarded", decision=event.data.reason)

    @on("customer.erased")
    def _erased(self, event: Recorded, rows: Rows) -> None:
        orders = [row["id"] for row in rows.where(WORK_ORDERS, customer=event.stream)]
        visits = [row["id"] for row in rows.where(VISITS, customer=event.stream)]
        for ref in (event.stream, *orders, *visits):
            for named in rows.where(NAMED, ref=ref):
                row = rows.get(OPERATIONS, named["device"], named["operation"], named["seq"])
                if row is not None:
                    rows.put(OPERATIONS, row | {"body": None, "position": event.position})

    def _put_aside(self, event: Recorded, rows: Rows, **said: Any) -> None:
        data = event.data
        row: Row = {
            **{name: getattr(data, name) for name in ("operation", "seq", "technician", "type", "detail")},
            "device": event.stream,
            "refs": [str(ref) for ref in data.refs],
            "occurred_at": event.occurred_at,
            "recorded_at": event.recorded_at,
            "decided_at": None,
            "decided_by": None,
            "decision": None,
            "position": event.position,
        }
        rows.put(OPERATIONS, row | said)

    def _decide(self, event: Recorded, rows: Rows, **said: Any) -> None:
        for row in rows.where(OPERATIONS, operation=event.data.operation):
            if row["device"] == event.stream and row["status"] == "quarantined":
                decided = {"decided_at": event.occurred_at, "decided_by": event.envelope.actor}
                rows.put(OPERATIONS, row | decided | said | {"position": event.position})


def operation(reader: Reader, operation_id: UUID) -> Row | None:
    """One operation; where its id came with several contents, the one put aside last."""
    return reader.fetch_one(
        "SELECT * FROM operations WHERE operation = %s ORDER BY recorded_at DESC, device, seq DESC", (operation_id,)
    )


def operations(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    status: str | None = None,
    device: UUID | None = None,
    technician: UUID | None = None,
    type: str | None = None,  # noqa: A002 - the protocol's word
) -> list[Row]:
    """At most `limit` operations, the last recorded first, those behind `after` (recorded_at, operation)."""
    return reader.fetch_all(
        """
        SELECT * FROM operations
        WHERE (%(after)s IS NULL OR (recorded_at, operation) < %(after)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(device)s IS NULL OR device = %(device)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(type)s IS NULL OR type = %(type)s)
        ORDER BY recorded_at DESC, operation DESC
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "status": status, "device": device, "technician": technician, "type": type},
    )


def operations_about(reader: Reader, refs: Iterable[UUID]) -> list[UUID]:
    """The quarantined operations that name one of these, whose keys have to be destroyed with a customer's."""
    found = reader.fetch_all(
        "SELECT DISTINCT operation FROM operation_refs WHERE ref = ANY(%s::uuid[]) ORDER BY operation",
        ([str(ref) for ref in refs],),
    )
    return [row["operation"] for row in found]
