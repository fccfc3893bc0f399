"""Evidence that a device's clock was wrong: when positions were recorded, and which instants were used before."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.recording.answers import Life, Neighbour, Readings
from store.pool import ConnectionPool


class ClockProofs:
    """Reads the instants that were recorded."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def readings(self, positions: Collection[int]) -> Readings:
        """When these positions were recorded, as far as they exist, and where the log was restored."""
        rows = self._pool.fetch_all(
            """
            SELECT position, recorded_at, NULL::bigint, NULL::timestamptz FROM log.events WHERE position = ANY(%s)
            UNION ALL
            SELECT NULL, common.recorded_at, begun.position, begun.recorded_at
            FROM log.events begun
            LEFT JOIN log.events common ON common.position = begun.position - 1
            WHERE begun.topic = 'log.restored'
            """,
            (list(positions),),
        )
        recorded = {position: at for position, at, *_ in rows if position is not None}
        lives = [Life(begun, began_at, at) for position, at, begun, began_at in rows if position is None]
        return Readings(recorded, tuple(sorted(lives)))

    def neighbours(self, device: UUID, incarnation: int, first: int, end: int) -> list[Neighbour]:
        """The operations of a device with numbers in [first, end), by number, that recorded something.

        With the instants that were used for them.
        """
        rows = self._pool.fetch_all(
            """
            SELECT o.seq, e.occurred_at, (e.record::json ->> 'seen_position')::bigint, e.record::json ->> 'clock'
            FROM log.operations o
            JOIN log.events e ON e.position = o.first_position
            WHERE o.device = %s AND o.incarnation = %s AND o.seq >= %s AND o.seq < %s
            ORDER BY o.seq
            """,
            (str(device), incarnation, first, end),
        )
        return [Neighbour(*row) for row in rows]
