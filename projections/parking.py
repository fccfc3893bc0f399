"""Parked events: what each view has left out of the log, noted beside the checkpoints until it is rebuilt."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from projections.failures import Failure
from store.connecting import Cursor

MOST = 1_000
"""So many are noted a view; what comes after them is left out all the same."""


class Damage(NamedTuple):
    """A view that lacks events: how many are noted, the first and the last position, and the error of the first."""

    view: str
    events: int
    first: int
    last: int
    because: str
    error: str
    since: datetime


def park(cursor: Cursor, failures: Iterable[Failure]) -> None:
    """Note what views have left out, at most `MOST` events a view."""
    for failure in failures:
        cursor.execute(
            """
            INSERT INTO log.parked_events (view, position, because, error)
            SELECT %(view)s, %(position)s, %(because)s, %(error)s
            WHERE (SELECT count(*) FROM log.parked_events WHERE view = %(view)s) < %(most)s
            ON CONFLICT (view, position) DO NOTHING
            """,
            failure._asdict() | {"most": MOST},
        )


def unpark(cursor: Cursor, views: Collection[str]) -> None:
    """These views have been made anew: forget what they had left out."""
    cursor.execute("DELETE FROM log.parked_events WHERE view = ANY(%s)", (list(views),))


def unpark_all_but(cursor: Cursor, views: Collection[str]) -> None:
    """Forget what views had left out that are no more."""
    cursor.execute("DELETE FROM log.parked_events WHERE view <> ALL(%s)", (list(views),))


def parked(cursor: Cursor, views: Collection[str]) -> set[tuple[str, int]]:
    """The views and positions that are noted."""
    cursor.execute("SELECT view, position FROM log.parked_events WHERE view = ANY(%s)", (list(views),))
    return {(view, position) for view, position in cursor.fetchall()}


DAMAGES = """
SELECT DISTINCT ON (view) view, count(*) OVER one, min(position) OVER one, max(position) OVER one, because, error,
  min(parked_at) OVER one
FROM log.parked_events WINDOW one AS (PARTITION BY view) ORDER BY view, position
"""
"""The views that lack events, as rows of `Damage`."""


def damages(cursor: Cursor) -> list[Damage]:
    """The views that lack events, by name."""
    cursor.execute(DAMAGES)
    return [Damage(*row) for row in cursor.fetchall()]
