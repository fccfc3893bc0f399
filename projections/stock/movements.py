"""Stock movements: each part that was moved from one location to another."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.table import Table


class MovementRow(TypedDict):
    """A movement; its cost is for `cost_per` units, in minor units."""

    id: UUID
    kind: str
    part: UUID
    quantity: Decimal
    from_location: UUID
    to_location: UUID
    lot: str | None
    serials: list[str]
    cost_amount: int | None
    cost_currency: str | None
    cost_per: int | None
    reason: str | None
    work_order: UUID | None
    visit: UUID | None
    equipment: UUID | None
    customer: UUID | None
    case_id: UUID | None
    technician: UUID | None
    transfer: UUID | None
    count: UUID | None
    discrepancy: UUID | None
    billable: bool | None
    approved_by: UUID | None
    corrects: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID | None
    role: str | None
    device: UUID | None
    operation: UUID | None
    position: int


MOVEMENTS = Table.of(
    "movements",
    MovementRow,
    key=("id",),
    indexes=(
        ("part", "position"),
        ("from_location", "part", "position"),
        ("to_location", "part", "position"),
        ("work_order", "position"),
        ("corrects",),
    ),
    append_only=True,
)


class MovementDetail(MovementRow):
    """A movement with the correction that takes it back, if there is one."""

    corrected_by: UUID | None


_SAME = ("kind", "part", "quantity", "lot", "reason", "work_order", "visit", "equipment", "customer")
_TOO = ("technician", "transfer", "count", "discrepancy", "billable", "approved_by", "corrects")


class Movements(Projection):
    """One row per movement. `reason` is a code; free text about a movement stays in the log, where it can be erased.

    The cost is for `cost_per` units, in minor units. (`case` is a word of SQL: `case_id`.)
    """

    name: ClassVar[str] = "movements"
    version: ClassVar[int] = 2
    tables: ClassVar[tuple[Table, ...]] = (MOVEMENTS,)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        data, envelope = event.data, event.envelope
        row = {
            "id": event.stream,
            **{name: getattr(data, name) for name in (*_SAME, *_TOO)},
            "from_location": data.from_,
            "to_location": data.to,
            "serials": list(data.serials),
            "cost_amount": data.cost.amount if data.cost else None,
            "cost_currency": data.cost.currency if data.cost else None,
            "cost_per": (data.cost_per or 1) if data.cost else None,
            "case_id": data.case,
            "occurred_at": event.occurred_at,
            "recorded_at": event.recorded_at,
            "actor": envelope.actor,
            "role": envelope.role,
            "device": envelope.device,
            "operation": envelope.operation_id,
            "position": event.position,
        }
        rows.put(MOVEMENTS, row)


def movement(reader: Reader, movement_id: UUID) -> MovementDetail | None:
    """One movement, with `corrected_by`: the correction that takes it back, if there is one."""
    return reader.row(
        MovementDetail,
        """
        SELECT m.*, (SELECT min(c.id::text)::uuid FROM movements c WHERE c.corrects = m.id) AS corrected_by
        FROM movements m WHERE m.id = %s
        """,
        (movement_id,),
    )


def movements(
    reader: Reader,
    *,
    limit: int,
    after: int | None = None,
    part: UUID | None = None,
    location: UUID | None = None,
    work_order: UUID | None = None,
    technician: UUID | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[MovementRow]:
    """At most `limit` movements, the last recorded first, those before the position `after`.

    `location` is either end; `since` ≤ when it happened < `until`.
    """
    return reader.rows(
        MovementRow,
        """
        SELECT * FROM movements
        WHERE (%(after)s IS NULL OR position < %(after)s)
          AND (%(part)s IS NULL OR part = %(part)s)
          AND (%(location)s IS NULL OR from_location = %(location)s OR to_location = %(location)s)
          AND (%(work_order)s IS NULL OR work_order = %(work_order)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(kind)s IS NULL OR kind = %(kind)s)
          AND (%(since)s IS NULL OR occurred_at >= %(since)s)
          AND (%(until)s IS NULL OR occurred_at < %(until)s)
        ORDER BY position DESC
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "after": after,
            "part": part,
            "location": location,
            "work_order": work_order,
            "technician": technician,
            "kind": kind,
            "since": since,
            "until": until,
        },
    )
