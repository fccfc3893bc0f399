"""Heartbeats: each part of a worker process renews a row of its own, so that a stopped one is noticed."""

from __future__ import annotations

import os
import platform
import time
from typing import Final, NamedTuple

from eventsourcing.persistence import PersistenceError

from store.connecting import Cursor
from store.pool import ConnectionPool

EVERY: Final = 5.0
"""Seconds between two heartbeats of one part."""
HANGING: Final = 1800.0
"""Seconds without a heartbeat after which a part counts as hanging: more than any round of its work takes."""
SILENT: Final = 60.0
"""Seconds without a heartbeat after which a part counts as stopped."""


class Heartbeat(NamedTuple):
    """One part of a worker, and the seconds since its last heartbeat."""

    worker: str
    part: str
    age: float


class Heartbeats:
    """Stores the heartbeats of this process; `pool` acts as the projector."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._worker = f"{platform.node()}:{os.getpid()}"
        self._last: dict[str, float] = {}
        self._seen: dict[str, float] = {}

    def beat(self, part: str) -> None:
        """Renew the row of this part; raises nothing when the database is unavailable."""
        moment = self._seen[part] = time.monotonic()
        if moment - self._last.get(part, -EVERY) < EVERY:
            return
        self._last[part] = moment
        try:
            self._pool.execute(
                """
                INSERT INTO log.heartbeats (worker, part) VALUES (%s, %s)
                ON CONFLICT (worker, part) DO UPDATE SET beaten_at = now()
                """,
                (self._worker, part),
            )
        except PersistenceError:
            del self._last[part]

    def hanging(self, seconds: float) -> list[str]:
        """The parts of this process without a heartbeat for so many seconds, whether it was stored or not."""
        now = time.monotonic()
        return sorted(part for part, seen in dict(self._seen).items() if now - seen > seconds)

    def end(self) -> None:
        """Delete the rows of this process, and those that were not renewed for a day."""
        try:
            self._pool.execute(
                "DELETE FROM log.heartbeats WHERE worker = %s OR beaten_at < now() - interval '1 day'", (self._worker,)
            )
        except PersistenceError:
            return


def heartbeats(cursor: Cursor) -> list[Heartbeat]:
    """All parts of all workers, the most recent heartbeat of each part first."""
    cursor.execute(
        """
        SELECT worker, part, extract(epoch FROM clock_timestamp() - beaten_at)::float8 FROM log.heartbeats
        ORDER BY part, beaten_at DESC
        """
    )
    return [Heartbeat(*row) for row in cursor.fetchall()]


def silent(found: list[Heartbeat]) -> dict[str, float]:
    """The parts without a recent heartbeat of any worker, with the seconds since the last one."""
    least: dict[str, float] = {}
    for heart in found:
        least[heart.part] = min(heart.age, least.get(heart.part, heart.age))
    return {part: age for part, age in least.items() if age > SILENT}
