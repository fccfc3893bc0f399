"""Backups: what can be seen of them in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, advice, ok, wrong
from callout.doctor.system import System

OLD_SECONDS: Final = 24 * 60 * 60
_ARCHIVER = """
SELECT current_setting('archive_mode') <> 'off', extract(epoch FROM now() - last_archived_time)::float8,
  coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false)
FROM pg_stat_archiver
"""


def backups(system: System) -> Iterator[Finding]:
    """Whether the WAL of the database is archived; other backups cannot be seen."""
    [(archives, age, failing)] = system.ask(_ARCHIVER)
    if not archives:
        yield advice(
            "The database archives no WAL, and whether `callout backup` is run cannot be seen from here.",
            "See docs/operations.md, Backup and restore, and try a restore now and then.",
        )
    elif failing:
        yield wrong("The last segment of WAL could not be archived.", "See the database's log for archive_command.")
    elif age is None or age > OLD_SECONDS:
        yield advice(
            "No WAL has been archived for a day.", "If something was recorded meanwhile, look at archive_command."
        )
    else:
        yield ok(f"WAL was archived {age:.0f} s ago.")
