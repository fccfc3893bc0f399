"""The number of recent verifications of each device, shared by all processes of a server."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from store.pool import ConnectionPool

MOST_AN_HOUR: Final = 2


class Verifications:
    """One row per device, with the instants of its last verifications."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def take(self, device: UUID) -> int:
        """Count one more and return 0; the seconds to wait when there were `MOST_AN_HOUR` within the last hour."""
        counted = self._pool.execute(
            """
            INSERT INTO access.device_verifications AS v (device, last_at) VALUES (%(device)s, ARRAY[now()])
            ON CONFLICT (device) DO UPDATE
            SET last_at = (array_prepend(now(), v.last_at))[1:%(most)s]
            WHERE cardinality(v.last_at) < %(most)s OR v.last_at[%(most)s] <= now() - interval '1 hour'
            RETURNING device
            """,
            {"device": str(device), "most": MOST_AN_HOUR},
        )
        return 0 if counted else self._wait(device)

    def _wait(self, device: UUID) -> int:
        row = self._pool.fetch_one(
            """
            SELECT ceil(extract(epoch FROM last_at[%s] + interval '1 hour' - now()))::integer
            FROM access.device_verifications
            WHERE device = %s
            """,
            (MOST_AN_HOUR, str(device)),
        )
        return max(1, row[0] if row else 1)
