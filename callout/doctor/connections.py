"""Connections: whether the database has enough for all that `serve` may open, counted as at its start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from callout.connections import ROOM as _ROOM
from callout.connections import TooFewConnections, largest_pool, needed
from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System

_USED: Final = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  (
    SELECT count(*) FROM pg_stat_activity
    WHERE coalesce(backend_type, 'client backend') = 'client backend' AND usesysid IS NOT NULL AND datid IS NOT NULL
  )
"""
_NEARLY: Final = 0.9


def connections(system: System) -> Iterator[Finding]:
    """The most that `serve` may open: its HTTP processes, the worker and itself."""
    settings = system.settings
    [(room,)] = system.ask(_ROOM)
    try:
        pool = largest_pool(settings, room)
    except TooFewConnections as error:
        yield wrong(f"The database has room for {room} connections; `serve` needs more to start.", error.detail)
    else:
        most = needed(replace(settings, pool=pool, pool_set=True))
        fewer = f" with pools of {pool} instead of {settings.pool}" if pool < settings.pool else ""
        yield ok(f"`serve` opens at most {most} connections{fewer}, and the database has {room} available.")
    [(there, used)] = system.ask(_USED)
    if used > there * _NEARLY:
        yield advice(f"{used} of {there} connections are in use.", "See pg_stat_activity for who uses them.")
