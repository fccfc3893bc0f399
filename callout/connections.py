"""Database connections: how many are available, how many a server may need, and pools that fit."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Final

import structlog

from callout.settings import Settings
from domain.kernel.problem import Kind, Problem
from store.pool import ConnectionPool

POOLS: Final = 3
"""Pools of an HTTP process: writer, reader, key-keeper."""
LISTENERS: Final = 2
"""Connections of an HTTP process beside its pools."""
PAST: Final = 4
"""Connections of a process that answers queries of the past."""
OTHERS: Final = 28
"""Connections of the supervisor, the worker, the process of long jobs and one command of the command line."""
FEWEST: Final = 2
"""The smallest pool of a server."""
_log = structlog.get_logger(__name__)
# A login without the privilege sees only user and database of other sessions: their type is null.
ROOM: Final = """
WITH elsewhere AS (
    SELECT usesysid FROM pg_stat_activity, pg_database d
    WHERE coalesce(backend_type, 'client backend') = 'client backend' AND usesysid IS NOT NULL AND datid <> d.oid
        AND d.datname = current_database()
)
SELECT least(
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
        - coalesce(current_setting('reserved_connections', true), '0')::integer - (SELECT count(*) FROM elsewhere),
    CASE WHEN d.datconnlimit >= 0 THEN d.datconnlimit END,
    CASE WHEN r.rolconnlimit >= 0 THEN r.rolconnlimit - (SELECT count(*) FROM elsewhere WHERE usesysid = r.oid) END
)
FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = session_user
"""
"""Selects the number of connections that are available: what other databases use now counts towards the limits of the
server and of the role, and not towards the limit of this database."""


class TooFewConnections(Problem):
    """The database allows fewer connections than this server may need."""

    kind = Kind.UNAVAILABLE


def fitted(settings: Settings, dsn: str) -> Settings:
    """The settings, with pools for which the database has enough connections, for all processes together.

    A pool that was not set is made smaller where that is needed. Raises `TooFewConnections`, in one sentence, when that
    is not enough, or when a pool that was set does not fit.
    """
    with closing(ConnectionPool(dsn, size=1)) as pool:
        [(room,)] = pool.fetch_all(ROOM)
    pool_size = largest_pool(settings, room)
    if pool_size < settings.pool:
        _log.warning("pools are smaller than usual, to fit the database", connections=room, pool=pool_size)
        return replace(settings, pool=pool_size)
    return settings


def largest_pool(settings: Settings, room: int) -> int:
    """The size of the pools where `room` connections are available, at most the one in the settings.

    Raises `TooFewConnections` as `fitted` does.
    """
    largest = ((room - OTHERS) // settings.workers - LISTENERS - PAST * settings.past) // POOLS
    if settings.pool > largest and (settings.pool_set or largest < FEWEST):
        raise TooFewConnections(
            f"The database has {room} connections available, and {settings.workers} processes with pools of "
            f"{settings.pool if settings.pool_set else FEWEST} may need {needed(settings)}: set CALLOUT_WORKERS or "
            "CALLOUT_POOL lower, or the server's max_connections higher."
        )
    return min(settings.pool, largest)


def needed(settings: Settings) -> int:
    """The most connections that a server with these settings may need, with the smallest pools where none is set."""
    pool = settings.pool if settings.pool_set else FEWEST
    return settings.workers * (POOLS * pool + LISTENERS + PAST * settings.past) + OTHERS
