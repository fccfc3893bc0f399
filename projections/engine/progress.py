"""Progress of the views: their position, what they lack, and which of them have stopped."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

from projections.engine import parking
from projections.engine.parking import Damage
from store.connecting import Cursor
from store.heartbeats import heartbeats, silent
from store.pool import ConnectionPool

STILL: Final = 30.0
"""Seconds that an event may wait while the views take in none, before they count as stuck."""


class Progress(NamedTuple):
    """The progress of the views.

    `position` is reached by all views that are not stopped, `head` is the end of the log. `waiting` is for how many
    seconds nothing has moved although there are events to fold, 0 when there are none. `silent` are parts of the worker
    without a recent heartbeat, with the seconds since the last.
    """

    head: int
    position: int
    waiting: float
    stopped: dict[str, str]
    damages: list[Damage]
    silent: dict[str, float]

    @property
    def lag(self) -> int:
        """The number of events that are not in all views yet."""
        return max(self.head - self.position, 0)

    @property
    def moves(self) -> bool:
        """Whether the views are moving, however many events are left."""
        return self.waiting <= STILL


_PROGRESS = """
WITH slowest AS (
    SELECT position, moved_at FROM log.checkpoints
    WHERE name = ANY(%(names)s) AND stopped_at IS NULL
    ORDER BY position, moved_at DESC LIMIT 1
), current AS (
    SELECT h.position AS head, coalesce(s.position, 0) AS position, s.moved_at
    FROM log.head h LEFT JOIN slowest s ON true
)
SELECT s.head, s.position, CASE WHEN s.head > s.position THEN coalesce(extract(epoch FROM
    clock_timestamp() - greatest(s.moved_at, CASE WHEN e.recorded_at <= clock_timestamp() THEN e.recorded_at END)
    )::float8, 0) ELSE 0 END
FROM current s LEFT JOIN log.events e ON e.position = s.position + 1
"""
"""The next event waits since it was recorded; where the clock was ahead then, since the views last moved."""


def progress(pool: ConnectionPool, names: Collection[str]) -> Progress:
    """The progress of the views with these names; `pool` acts in any role that reads the log."""
    with pool.connection() as session, session.cursor() as cursor:
        return progress_of(cursor, names)


def progress_of(cursor: Cursor, names: Collection[str]) -> Progress:
    """The same, with a cursor."""
    cursor.execute(_PROGRESS, {"names": list(names)})
    [(head, position, waiting)] = cursor.fetchall()
    cursor.execute(
        "SELECT name, coalesce(stopped_by, '') FROM log.checkpoints WHERE stopped_at IS NOT NULL AND name = ANY(%s)",
        (list(names),),
    )
    stopped = dict(cursor.fetchall())
    return Progress(head, position, max(waiting, 0.0), stopped, parking.damages(cursor), silent(heartbeats(cursor)))
