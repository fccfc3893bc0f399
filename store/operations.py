"""The first answers to operations, which are kept for ever."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from domain.recording.answers import DECIDED, Known, Past
from store.clock_proofs import ClockProofs

_COLUMNS = "o.first_position, o.event_count, o.id, o.device, o.incarnation, o.seq, o.content_hash, o.status, o.answer"


class Operations(ClockProofs):
    """Reads answers. Each read writes to the WAL, so that it waits for durability like the first answer did."""

    def answers(self, operations: Iterable[UUID]) -> dict[UUID, Known]:
        """The first answers to these operations, as far as there are any."""
        rows = self._pool.execute(
            f"""
            SELECT {_COLUMNS}, pg_logical_emit_message(true, 'callout', 'known')
            FROM log.operations o
            WHERE o.id = ANY(%s::uuid[]) AND o.original
            """,  # noqa: S608 - the columns are named above
            ([str(operation) for operation in operations],),
        )
        return {row[2]: _known(row) for row in rows}

    def begin(self, device: UUID, incarnation: int) -> None:
        """Add the row of a device's incarnation; again changes nothing."""
        self._pool.execute(
            "INSERT INTO log.device_sequences (device, incarnation) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (str(device), incarnation),
        )

    def history(self, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Past:
        """The log's epoch, the device's last number, and the answers for these ids and numbers of it.

        An operation's first answer is before its repetitions. Each part of the query has its own index, since one query
        with OR would read all operations.
        """
        rows = self._pool.execute(
            f"""
            SELECT s.epoch, s.last_seq, {_COLUMNS}, pg_logical_emit_message(o.id IS NOT NULL, 'callout', 'known')
            FROM (
                SELECT head.epoch, coalesce(d.last_seq, 0) AS last_seq
                FROM log.head LEFT JOIN log.device_sequences d
                    ON d.device = %(device)s AND d.incarnation = %(incarnation)s
            ) s
            LEFT JOIN (
                SELECT * FROM log.operations WHERE id = ANY(%(ids)s::uuid[]) AND original
                UNION ALL
                SELECT * FROM log.operations WHERE id = ANY(%(ids)s::uuid[]) AND NOT original
                UNION ALL
                SELECT * FROM log.operations
                WHERE device = %(device)s AND incarnation = %(incarnation)s AND seq = ANY(%(numbers)s)
                    AND id <> ALL(%(ids)s::uuid[])
            ) o ON true
            ORDER BY o.original DESC, o.key
            """,  # noqa: S608 - the columns are named above
            {
                "device": str(device),
                "incarnation": incarnation,
                "ids": [str(one) for one in ids],
                "numbers": list(numbers),
            },
        )
        epoch, last = rows[0][:2]
        return Past(epoch, int(last), [_known(row[2:]) for row in rows if row[4] is not None])

    def taken_in_before(self, device: UUID, incarnation: int) -> int:
        """The device's last number when this life of the log began; 0 where it was not stored."""
        row = self._pool.fetch_one(
            """
            SELECT o.seq FROM log.head h
            JOIN log.life_answers l ON l.epoch = h.epoch
            JOIN log.operations o ON o.device = %s AND o.incarnation = %s AND o.key <= l.after_key
            ORDER BY o.seq DESC
            LIMIT 1
            """,
            (str(device), incarnation),
        )
        return int(row[0]) if row and row[0] is not None else 0

    def recorded_by(self, operation: UUID, technician: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics that an operation of one of this technician's devices has recorded."""
        rows = self._pool.fetch_all(
            """
            SELECT stream, topic FROM log.events
            WHERE operation_id = %s AND actor = %s AND device IS NOT NULL
            ORDER BY position
            """,
            (str(operation), str(technician)),
        )
        return [(stream, topic) for stream, topic in rows]

    def settled(self, operations: Collection[UUID]) -> set[UUID]:
        """Those of these operations that were recorded, refused or decided about, and are not held or in quarantine.

        Of several operations under one id the first one counts. Decisions of earlier servers about a quarantined or
        held operation are found in its events only.
        """
        rows = self._pool.fetch_all(
            """
            SELECT o.id FROM log.operations o
            WHERE o.id = ANY(%(ids)s::uuid[]) AND o.original AND (
                o.status NOT IN ('held', 'quarantined')
                OR EXISTS (
                    SELECT FROM log.operations d
                    WHERE d.id = o.id AND NOT d.original AND d.device = o.device AND d.incarnation = %(decided)s
                        AND d.content_hash = o.content_hash AND d.status <> 'quarantined'
                )
                OR EXISTS (
                    SELECT FROM log.events e
                    WHERE e.operation_id = o.id AND e.device = o.device AND e.device_seq = coalesce(o.seq, e.device_seq)
                        AND e.topic NOT IN ('device.operation_held', 'device.operation_quarantined')
                )
            )
            UNION
            SELECT e.operation_id FROM log.events e
            WHERE e.operation_id = ANY(%(ids)s::uuid[])
                AND NOT EXISTS (SELECT FROM log.operations o WHERE o.id = e.operation_id AND o.original)
            """,
            {"ids": [str(one) for one in operations], "decided": DECIDED},
        )
        return {operation for (operation,) in rows}

    def held(self, operations: Collection[UUID]) -> dict[UUID, int]:
        """Those of these operations that are held now, each with the position at which it began to wait.

        Of several operations under one id the first one counts. Decisions of earlier servers about one are found in its
        events only.
        """
        rows = self._pool.fetch_all(
            """
            SELECT o.id, o.first_position FROM log.operations o
            WHERE o.id = ANY(%(ids)s::uuid[]) AND o.original AND o.status = 'held'
                AND NOT EXISTS (
                    SELECT FROM log.operations d
                    WHERE d.id = o.id AND NOT d.original AND d.device = o.device AND d.incarnation = %(decided)s
                        AND d.content_hash = o.content_hash
                )
                AND NOT EXISTS (
                    SELECT FROM log.events e
                    WHERE e.operation_id = o.id AND e.device = o.device AND e.position > o.first_position
                        AND e.device_seq = o.seq AND e.topic <> 'device.operation_quarantined'
                )
            """,
            {"ids": [str(one) for one in operations], "decided": DECIDED},
        )
        return dict(rows)


def _known(row: Sequence[Any]) -> Known:
    first, count, *named = row[:9]
    return Known._make([*named, list(range(first, first + count)) if first else []])
