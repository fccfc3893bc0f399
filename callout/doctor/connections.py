"""Connections: whether the database has room for all that the processes may open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.patient import Patient

POOLS: Final = 4
"""Writer, projector, reader and key-keeper, in every process."""
LISTENERS: Final = 3
_ROOM = """
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
"""
_NEARLY: Final = 0.9


def connections(patient: Patient) -> Iterator[Finding]:
    """The most that `serve` may open: its HTTP processes, the worker and itself."""
    settings = patient.settings
    processes = settings.workers + 2
    most = processes * (POOLS * settings.pool + LISTENERS)
    [(room, used)] = patient.ask(_ROOM)
    if most > room:
        yield wrong(
            f"The processes may open {most} connections (({settings.workers} workers + 2) × ({POOLS} roles ×"
            f" {settings.pool} + {LISTENERS})), and the database has room for {room}.",
            "Raise max_connections of the database, or lower CALLOUT_WORKERS or CALLOUT_POOL.",
        )
    else:
        yield ok(f"The processes open at most {most} connections, and the database has room for {room}.")
    if used > room * _NEARLY:
        yield advice(f"{used} of {room} connections are in use.", "See pg_stat_activity for who holds them.")
