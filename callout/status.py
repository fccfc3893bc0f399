"""Reads the status of the database, the views and the worker, without starting or changing anything."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from eventsourcing.persistence import PersistenceError

from callout.database import enter_by
from callout.settings import Settings
from projections.catalogue import PROJECTIONS
from projections.engine import checkpoints, parking
from projections.engine.replay import with_needs
from store.connecting import Cursor
from store.embedded import EmbeddedPostgres
from store.heartbeats import heartbeats, silent
from store.pool import ConnectionPool
from store.readiness import pending_migrations
from store.roles import READER

_COUNTS = """
SELECT count(*) FILTER (WHERE topic = 'user.registered'), count(*) FILTER (WHERE topic = 'device.enrolled')
FROM log.events WHERE topic IN ('user.registered', 'device.enrolled')
"""


def status_of(settings: Settings) -> dict[str, Any]:
    """The status; views and positions only when the database runs and is migrated."""
    if settings.database_url is not None:
        return {"database": "DATABASE_URL", **_read_status(settings.database_url)}
    if settings.runtime_url is not None:
        return {"database": "CALLOUT_RUNTIME_URL", **_read_status(enter_by(settings, settings.runtime_url).dsn(READER))}
    server = EmbeddedPostgres(settings.home).status()
    found = {"database": f"embedded in {settings.home}"}
    return found | (_read_status(server.dsn) if server.dsn is not None else {"running": False})


def _read_status(dsn: str) -> dict[str, Any]:
    with closing(ConnectionPool(dsn, size=1, timeout=5)) as pool:
        try:
            [(version, migrated)] = pool.fetch_all(
                "SELECT current_setting('server_version'), to_regclass('public.schema_migrations') IS NOT NULL"
            )
            found: dict[str, Any] = {"running": True, "version": version}
            if not migrated:
                return found | {"migrations_pending": ["all"]}
            found["migrations_pending"] = pending_migrations(pool)
            if found["migrations_pending"]:
                return found
            with pool.transaction() as cursor:
                return found | _counts(cursor)
        except PersistenceError as error:
            return {"running": False, "reason": str(error).partition("\n")[0]}


def _counts(cursor: Cursor) -> dict[str, Any]:
    head, stored = checkpoints.head(cursor), checkpoints.read(cursor)
    projections = with_needs(PROJECTIONS)
    sound = checkpoints.sound(stored, projections)
    parked = {each.view: each.events for each in parking.damages(cursor)}
    cursor.execute(_COUNTS)
    [(users, devices)] = cursor.fetchall()
    positions = {each.name: stored[each.name].position if each.name in stored else 0 for each in projections}
    views = [
        {
            "view": name,
            "position": at,
            "lag": head - at,
            "shape": "ok" if name in sound else "to be rebuilt",
            "parked": parked.get(name, 0),
        }
        for name, at in positions.items()
    ]
    found = {"position": head, "users": users, "devices": devices, "views": views}
    return found | {"worker_silent": sorted(silent(heartbeats(cursor)))}
