"""The texts of quarantined and held operations: their records by operation, or by device and version."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from store.pool import ConnectionPool


class OperationTexts:
    """Reads records of operations that were quarantined or held."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def of_operation(self, operation: UUID, position: int | None = None) -> list[str]:
        """The records of the quarantine or hold of operations with this id, oldest first; at most 100.

        With a `position` only the one that is recorded there.
        """
        rows = self._pool.fetch_all(
            """
            SELECT record FROM log.events
            WHERE operation_id = %(id)s AND topic IN ('device.operation_quarantined', 'device.operation_held')
                AND position = coalesce(%(position)s, position)
            ORDER BY position
            LIMIT 100
            """,
            {"id": str(operation), "position": position},
        )
        return [record for (record,) in rows]

    def of_device(self, device: UUID, versions: Collection[int]) -> list[tuple[str, str]]:
        """The records with these versions of a device's stream, by version, that hold the text of an operation.

        Each with the hash of the operation's content, empty when no answer is known.
        """
        rows = self._pool.fetch_all(
            """
            SELECT e.record, coalesce(o.content_hash, '') FROM log.events e
            LEFT JOIN log.operations o ON o.id = e.operation_id AND o.first_position = e.position
            WHERE e.stream = %s AND e.version = ANY(%s)
                AND e.topic IN ('device.operation_quarantined', 'device.operation_held')
            ORDER BY e.version
            """,
            (str(device), list(versions)),
        )
        return [(record, content_hash) for record, content_hash in rows]
