"""Queries for visits: one, and pages by technician, order or time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from domain.kernel.instant import now
from projections.engine.reader import Reader
from projections.work.visit_row import ListedVisit

_MISSED = """
arrived_at IS NULL AND status NOT IN ('done', 'not_done', 'cancelled') AND window_end < %(now)s AND NOT EXISTS (
    SELECT FROM work_orders WHERE work_orders.id = visits.work_order AND work_orders.status IN ('closed', 'cancelled')
) AS missed
"""
"""Never for an order that has ended, even where its visits were not cancelled with it, as in older logs."""


def visit(reader: Reader, visit_id: UUID, *, at: datetime | None = None) -> ListedVisit | None:
    """One visit; `missed` when at the instant `at`, or now, its window has passed without an arrival.

    Reads the views `visits` and `work_orders`.
    """
    return reader.row(
        ListedVisit,
        f"SELECT *, {_MISSED} FROM visits WHERE id = %(id)s",  # noqa: S608 - only a constant is put in
        {"id": visit_id, "now": at or now()},
    )


def visits(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    technician: UUID | None = None,
    work_order: UUID | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    missed: bool | None = None,
    at: datetime | None = None,
) -> list[ListedVisit]:
    """At most `limit` visits by the start of their windows, after the cursor `after` (window_start, id).

    Those whose window ends after `since` and starts before `until`; `missed` as for one visit.
    """
    return reader.rows(
        ListedVisit,
        f"""
        SELECT * FROM (SELECT *, {_MISSED} FROM visits) v
        WHERE (%(after)s IS NULL OR (window_start, id) > %(after)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(work_order)s IS NULL OR work_order = %(work_order)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(since)s IS NULL OR window_end > %(since)s)
          AND (%(until)s IS NULL OR window_start < %(until)s)
          AND (%(missed)s IS NULL OR missed = %(missed)s)
        ORDER BY window_start, id
        LIMIT %(limit)s
        """,  # noqa: S608 - see above
        {
            "limit": limit,
            "after": after,
            "technician": technician,
            "work_order": work_order,
            "status": status,
            "since": since,
            "until": until,
            "missed": missed,
            "now": at or now(),
        },
    )
