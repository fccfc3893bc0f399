"""Connections: whether the database has room for all that `serve` may open, as it counts itself when it starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from callout.connections import ROOM as _ROOM
from callout.connections import TooFewConnections, largest_pool, needed
from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.patient import Patient

_USED: Final = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  (
    SELECT count(*) FROM pg_stat_activity
    WHERE coalesce(backend_type, 'client backend') = 'client backend' AND usesysid IS NOT NULL AND datid IS NOT NULL
  )
"""
_NEARLY: Final = 0.9


def connections(patient: Patient) -> Iterator[Finding]:
    """The most that `serve` may open: its HTTP processes, the worker and itself."""
    settings = patient.settings
    [(room,)] = patient.ask(_ROOM)
    try:
        pool = largest_pool(settings, room)
    except TooFewConnections as error:
        yield wrong(f"The database has room for {room} connections; `serve` needs more to start.", error.detail)
    else:
        most = needed(replace(settings, pool=pool, pool_set=True))
        fewer = f" with pools of {pool} instead of {settings.pool}" if pool < settings.pool else ""
        yield ok(f"`serve` opens at most {most} connections{fewer}, and the database has {room} to give.")
    [(there, used)] = patient.ask(_USED)
    if used > there * _NEARLY:
        yield advice(f"{used} of {there} connections are in use.", "See pg_stat_activity for who holds them.")
