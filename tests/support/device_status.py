"""Sets the status of a device directly in the database, without a decision of the office."""

from __future__ import annotations

from uuid import UUID

from domain.access.identity import Status
from store.pool import ConnectionPool


def set_status(pool: ConnectionPool, device: UUID, status: Status, *, wipe: bool = False) -> None:
    """Set status and wipe; they apply from the device's next request on."""
    pool.execute(
        "UPDATE access.device_standing SET standing = %s, wipe = %s WHERE device = %s", (status, wipe, str(device))
    )
