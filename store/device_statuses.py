"""The status of each device, and what it last reported about itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from store.pool import ConnectionPool

_COLUMNS: Final = (
    "device",
    "standing",
    "wipe",
    "wiped_at",
    "app_version",
    "clock_offset_ms",
    "last_seen_at",
    "oldest_unsent_at",
    "pulled_through",
    "unsent",
)


LATELY: Final = timedelta(seconds=30)
"""Reports of a device within this interval are not stored again."""


class DeviceStatuses:
    """One row per device beside the log: its last report, and its status, which follows from the log."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def record_report(
        self,
        device: UUID,
        *,
        app_version: str | None = None,
        clock_offset_ms: int | None = None,
        pulled_through: int | None = None,
        unsent: int | None = None,
        oldest_unsent_at: datetime | None = None,
    ) -> None:
        """Store that a device was seen, with its report; what it did not report stays.

        Nothing is written within 30 seconds of the last time, so that a busy device costs no transaction per call,
        unless its outbox (`unsent` operations, the oldest from then) is empty now. Reports have a time of their own, so
        that a device which has just pulled can still report.
        """
        self._pool.execute(
            """
            UPDATE access.device_standing SET
                last_seen_at = now(),
                told_at = CASE WHEN %(clock_offset_ms)s::bigint IS NULL THEN told_at ELSE now() END,
                app_version = coalesce(%(app_version)s, app_version),
                clock_offset_ms = coalesce(%(clock_offset_ms)s, clock_offset_ms),
                pulled_through = coalesce(%(pulled_through)s, pulled_through),
                unsent = coalesce(%(unsent)s::integer, unsent),
                oldest_unsent_at = CASE
                    WHEN %(unsent)s::integer = 0 THEN NULL
                    ELSE coalesce(%(oldest_unsent_at)s::timestamptz, oldest_unsent_at)
                END
            WHERE device = %(device)s AND (
                last_seen_at IS NULL OR last_seen_at < now() - %(lately)s
                OR (
                    %(clock_offset_ms)s::bigint IS NOT NULL
                    AND coalesce(told_at, '-infinity') < now() - %(lately)s
                )
                OR app_version <> coalesce(%(app_version)s, app_version)
                OR (%(unsent)s::integer = 0 AND unsent > 0)
            )
            """,
            {
                "app_version": app_version,
                "clock_offset_ms": clock_offset_ms,
                "pulled_through": pulled_through,
                "unsent": unsent,
                "oldest_unsent_at": oldest_unsent_at,
                "device": str(device),
                "lately": LATELY,
            },
        )

    def devices_of(self, technician: UUID) -> list[UUID]:
        """The devices of a technician, revoked ones too."""
        rows = self._pool.fetch_all(
            "SELECT device FROM access.device_standing WHERE technician = %s ORDER BY device", (str(technician),)
        )
        return [device for (device,) in rows]

    def of(self, devices: list[UUID]) -> dict[UUID, dict[str, Any]]:
        """The status and last report of these devices, by id."""
        rows = self._pool.fetch_all(
            """
            SELECT d.device,
                CASE WHEN d.standing = 'active' AND i.technician IS NOT NULL THEN 'suspended' ELSE d.standing END,
                d.wipe, d.wiped_at, d.app_version, d.clock_offset_ms, d.last_seen_at, d.oldest_unsent_at,
                d.pulled_through, d.unsent
            FROM access.device_standing d LEFT JOIN access.inactive_technicians i USING (technician)
            WHERE d.device = ANY(%s::uuid[])
            """,
            ([str(device) for device in devices],),
        )
        return {row[0]: dict(zip(_COLUMNS[1:], row[1:], strict=True)) for row in rows}
