"""Operations that the office has to know of: held, put aside, refused, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from projections.projection import Projection, Rows, on
from projections.reader import Reader
from projections.table import Key, Row, Table
from store.recorded import Recorded

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
        "needs": "json NOT NULL",
        "of_group": "text",
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


WAITING = ("held", "quarantined")
"""Nothing final has become of these yet."""


class Operations(Projection):
    """One row an operation that was held, quarantined or rejected; one id that came with two contents has two.

    `status` is held, quarantined, released, discarded or rejected, or applied or conflicted after it was held; `reason`
    is the code of the problem, `decision` why it was discarded, `needs` what a held one waits for. The text stays in
    the log alone, sealed: whoever it turns out to be about, it can be forgotten there.
    """

    name: ClassVar[str] = "operations"
    tables: ClassVar[tuple[Table, ...]] = (OPERATIONS,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The operation, where its number is known."""
        if hasattr(event.data, "seq"):
            yield OPERATIONS, (event.stream, event.data.operation, event.data.seq)

    @on("device.operation_quarantined")
    def _quarantined(self, event: Recorded, rows: Rows) -> None:
        self._put_aside(event, rows, status="quarantined", reason=event.data.reason)

    @on("device.operation_held")
    def _held(self, event: Recorded, rows: Rows) -> None:
        said = {"needs": [str(need) for need in event.data.needs], "of_group": event.data.group}
        detail = "It waits for other operations that it needs."
        self._put_aside(event, rows, status="held", reason="held", detail=detail, **said)

    @on("device.hold_ended")
    def _ended(self, event: Recorded, rows: Rows) -> None:
        self._decide(event, rows, status="conflicted" if event.data.misfits else "applied")

    @on("device.operation_rejected")
    def _rejected(self, event: Recorded, rows: Rows) -> None:
        self._put_aside(event, rows, status="rejected", reason=event.data.problem)

    @on("device.operation_released")
    def _released(self, event: Recorded, rows: Rows) -> None:
        self._decide(event, rows, status="released")

    @on("device.operation_discarded")
    def _discarded(self, event: Recorded, rows: Rows) -> None:
        self._decide(event, rows, status="discarded", decision=event.data.reason)

    def _put_aside(self, event: Recorded, rows: Rows, **said: Any) -> None:
        data = event.data
        row: Row = {
            **{name: getattr(data, name) for name in ("operation", "seq", "technician", "type")},
            "detail": getattr(data, "detail", ""),
            "needs": [],
            "of_group": None,
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
            if row["device"] == event.stream and row["status"] in WAITING:
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


def held(reader: Reader, limit: int) -> list[Row]:
    """At most `limit` held operations, the longest waiting first, a device's in the order of their numbers."""
    return reader.fetch_all(
        "SELECT * FROM operations WHERE status = 'held' ORDER BY recorded_at, device, seq LIMIT %s", (limit,)
    )
