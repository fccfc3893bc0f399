"""Questions about discrepancies: one of them, and a page of those that are asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.kernel.instant import now
from projections.engine.reader import Reader
from projections.stock.discrepancy_row import ListedDiscrepancy


def discrepancy(reader: Reader, discrepancy_id: UUID, *, at: datetime | None = None) -> ListedDiscrepancy | None:
    """One discrepancy with its `age` in seconds at the instant `at`, or now."""
    return reader.row(
        ListedDiscrepancy,
        "SELECT *, extract(epoch FROM %(now)s - opened_at)::bigint AS age FROM discrepancies WHERE id = %(id)s",
        {"id": discrepancy_id, "now": at or now()},
    )


def discrepancies(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    kind: str | None = None,
    status: str | None = None,
    open: bool | None = None,  # noqa: A002 - the column's name
    owner: UUID | None = None,
    location: UUID | None = None,
    part: UUID | None = None,
    work_order: UUID | None = None,
    technician: UUID | None = None,
    device: UUID | None = None,
    at: datetime | None = None,
) -> list[ListedDiscrepancy]:
    """At most `limit` discrepancies, oldest first, those behind `after` (opened_at, id); `age` as for one."""
    return reader.rows(
        ListedDiscrepancy,
        """
        SELECT *, extract(epoch FROM %(now)s - opened_at)::bigint AS age FROM discrepancies
        WHERE (%(after)s IS NULL OR (opened_at, id) > %(after)s)
          AND (%(kind)s IS NULL OR kind = %(kind)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(open)s IS NULL OR open = %(open)s)
          AND (%(owner)s IS NULL OR owner = %(owner)s)
          AND (%(location)s IS NULL OR location = %(location)s)
          AND (%(part)s IS NULL OR part = %(part)s)
          AND (%(work_order)s IS NULL OR work_order = %(work_order)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(device)s IS NULL OR device = %(device)s)
        ORDER BY opened_at, id
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "after": after,
            "kind": kind,
            "status": status,
            "open": open,
            "owner": owner,
            "location": location,
            "part": part,
            "work_order": work_order,
            "technician": technician,
            "device": device,
            "now": at or now(),
        },
    )
