"""The state of the database clock: whether it is behind the log, and how often it was set back."""

from __future__ import annotations

from typing import NamedTuple

from store.pool import ConnectionPool


class ClockState(NamedTuple):
    """`steps` is how often recorded_at went back; `ahead` by how many seconds the log is ahead of the clock now."""

    steps: int
    ahead: float


def clock_state(pool: ConnectionPool) -> ClockState:
    """The database's clock compared with its time when the log was last written."""
    [(steps, ahead)] = pool.fetch_all(
        """
        SELECT (SELECT count(*) FROM log.clock_steps),
            CASE WHEN recorded_at > log.clock() THEN extract(epoch FROM recorded_at - log.clock()) ELSE 0 END
        FROM log.head
        """
    )
    return ClockState(int(steps), float(ahead))
