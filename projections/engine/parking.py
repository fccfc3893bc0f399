"""Parked events: those that a view could not fold, stored beside the checkpoints until it is rebuilt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from projections.engine.failures import Failure
from store.connecting import Cursor

MOST = 1_000
"""The number of events noted per view; further ones are left out without a note."""


class Damage(NamedTuple):
    """A view that lacks events: the number noted, the first and last position, and the error of the first."""

    view: str
    events: int
    first: int
    last: int
    because: str
    error: str
    since: datetime


def park(cursor: Cursor, failures: Iterable[Failure]) -> None:
    """Store failures, at most the first `MOST` events per view, in two statements."""
    found = sorted(failures, key=lambda failure: failure.position)
    if not found:
        return
    known = parked(cursor, {failure.view for failure in found})
    room = Counter({view: MOST for view, _ in {failure[:2] for failure in found}})
    room.subtract(view for view, _ in known)
    noted = []
    for failure in found:
        if room[failure.view] > 0 and (failure.view, failure.position) not in known:
            room[failure.view] -= 1
            noted.append(failure)
    cursor.execute(
        """
        INSERT INTO log.parked_events (view, position, because, error)
        SELECT * FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[])
        """,
        [list(column) for column in zip(*noted, strict=True)] or [[], [], [], []],
    )


def unpark(cursor: Cursor, views: Collection[str]) -> None:
    """Forget the parked events of views that were rebuilt."""
    cursor.execute("DELETE FROM log.parked_events WHERE view = ANY(%s)", (list(views),))


def unpark_all_but(cursor: Cursor, views: Collection[str]) -> None:
    """Forget the parked events of views that no longer exist."""
    cursor.execute("DELETE FROM log.parked_events WHERE view <> ALL(%s)", (list(views),))


def parked(cursor: Cursor, views: Collection[str]) -> set[tuple[str, int]]:
    """The noted pairs of view and position."""
    cursor.execute("SELECT view, position FROM log.parked_events WHERE view = ANY(%s)", (list(views),))
    return {(view, position) for view, position in cursor.fetchall()}


def left_out(cursor: Cursor, views: Collection[str]) -> Callable[[str, int], bool]:
    """A function of view and position: whether the view is known to lack that event.

    Beyond the last of `MOST` noted events of a view nothing is noted: any of those may be lacking.
    """
    known = parked(cursor, views)
    counts = Counter(view for view, _ in known)
    ends = {view: max(at for of, at in known if of == view) for view, many in counts.items() if many >= MOST}
    return lambda view, position: (view, position) in known or (view in ends and position > ends[view])


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
