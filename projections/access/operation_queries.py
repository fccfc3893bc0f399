"""Queries for quarantined, held and rejected operations, and for held ones that may be due."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from projections.access.operations import OperationRow
from projections.engine.reader import Reader
from projections.engine.table import Row

MOST_OVERDUE: Final = 1000


def operation(reader: Reader, operation_id: UUID, text_position: int | None = None) -> OperationRow | None:
    """One operation; where its id was used for several contents, the first, or the one at `text_position`."""
    return reader.row(
        OperationRow,
        """
        SELECT * FROM operations
        WHERE operation = %(operation)s AND text_position = coalesce(%(position)s, text_position)
        ORDER BY contested, text_position
        LIMIT 1
        """,
        {"operation": operation_id, "position": text_position},
    )


def operations(
    reader: Reader,
    *,
    limit: int,
    after: int | None = None,
    status: str | None = None,
    operation: UUID | None = None,
    device: UUID | None = None,
    technician: UUID | None = None,
    type: str | None = None,  # noqa: A002 - the protocol's word
) -> list[OperationRow]:
    """At most `limit` operations, newest first, those after the cursor `after` (text_position)."""
    asked: dict[str, Any] = {"limit": limit, "after": after, "status": status, "operation": operation}
    return reader.rows(
        OperationRow,
        """
        SELECT * FROM operations
        WHERE (%(after)s IS NULL OR text_position < %(after)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(operation)s IS NULL OR operation = %(operation)s)
          AND (%(device)s IS NULL OR device = %(device)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(type)s IS NULL OR type = %(type)s)
        ORDER BY text_position DESC
        LIMIT %(limit)s
        """,
        asked | {"device": device, "technician": technician, "type": type},
    )


def reached(reader: Reader) -> tuple[int, int]:
    """The last position of the log, and the checkpoint of the view `operations`."""
    row = reader.fetch_one(
        """
        SELECT head.position AS log, coalesce(c.position, 0) AS view
        FROM log.head LEFT JOIN log.checkpoints c ON c.name = 'operations'
        """
    )
    return (0, 0) if row is None else (row["log"], row["view"])


class Overdue(NamedTuple):
    """A page of operations held for too long: those held at positions above `after`, up to `through`.

    `held_before` is the limit of their time of holding; `more` is whether another page may follow.
    """

    held_before: datetime
    after: int
    through: int
    more: bool


def overdue_page(reader: Reader, held_before: datetime, after: int) -> Overdue:
    """The next page, at most `MOST_OVERDUE`, of operations held since before `held_before`."""
    row = reader.fetch_one(
        """
        SELECT coalesce(max(text_position), 0) AS through, count(*) AS many FROM (
            SELECT text_position FROM operations
            WHERE status = 'held' AND recorded_at <= %(held_before)s AND text_position > %(after)s
            ORDER BY text_position
            LIMIT %(most)s
        ) AS page
        """,
        {"held_before": held_before, "after": after, "most": MOST_OVERDUE},
    )
    through, many = (0, 0) if row is None else (row["through"], row["many"])
    return Overdue(held_before, after, through, many >= MOST_OVERDUE)


def ripe(reader: Reader, after: tuple[int, int], through: int, overdue: Overdue) -> list[Row]:
    """The held operations, in whole groups, that may be due for a decision since the last look at positions `after`.

    `after` are the last position of the log that was looked at (now `through`) and the checkpoint of the views. An
    operation has arrived when its events are recorded, or when this view has its outcome; the needs of an operation
    that this view has just added may have arrived earlier. The `overdue` ones are included.
    """
    asked = {"in_log": after[0], "in_views": after[1], "through": through}
    return reader.fetch_all(
        _WITH_GROUPS.format(
            """
            SELECT n.device, n.text_version FROM log.events e JOIN operation_needs n ON n.need = e.operation_id
            WHERE e.position > %(in_log)s AND e.position <= %(through)s
              AND e.topic NOT IN ('device.operation_held', 'device.operation_quarantined')
            UNION ALL
            SELECT n.device, n.text_version FROM operations d JOIN operation_needs n ON n.need = d.operation
            WHERE d.position > %(in_views)s AND d.status NOT IN ('held', 'quarantined')
            UNION ALL
            SELECT device, text_version FROM operations WHERE status = 'held' AND text_position > %(in_views)s
            """
        ),
        asked | _asked_of(overdue),
    )


def all_ripe(reader: Reader, overdue: Overdue) -> list[Row]:
    """The held operations, in whole groups, with at least one need that has arrived, and those that are `overdue`."""
    return reader.fetch_all(
        _WITH_GROUPS.format(
            """
            SELECT n.device, n.text_version FROM operation_needs n
            WHERE EXISTS (SELECT FROM log.operations o WHERE o.id = n.need AND o.original)
               OR EXISTS (SELECT FROM log.events e WHERE e.operation_id = n.need)
            """
        ),
        _asked_of(overdue),
    )


def _asked_of(overdue: Overdue) -> dict[str, Any]:
    return {"held_before": overdue.held_before, "late_after": overdue.after, "late_through": overdue.through}


_WITH_GROUPS: Final = """
WITH ripe AS MATERIALIZED (
    {}
    UNION ALL
    SELECT device, text_version FROM operations
    WHERE status = 'held' AND recorded_at <= %(held_before)s
      AND text_position > %(late_after)s AND text_position <= %(late_through)s
), of_group AS MATERIALIZED (
    SELECT DISTINCT o.device, o.incarnation, o.of_group, CASE WHEN o.of_group IS NULL THEN o.text_version END AS alone
    FROM ripe JOIN operations o ON o.device = ripe.device AND o.text_version = ripe.text_version
    WHERE o.status = 'held'
)
SELECT o.device, o.incarnation, o.of_group, o.text_version, o.recorded_at
FROM of_group g JOIN operations o ON o.device = g.device AND o.text_version = g.alone
UNION ALL
SELECT o.device, o.incarnation, o.of_group, o.text_version, o.recorded_at
FROM of_group g JOIN operations o
    ON o.device = g.device AND o.of_group = g.of_group AND o.incarnation IS NOT DISTINCT FROM g.incarnation
WHERE o.status = 'held'
ORDER BY device, text_version
"""
