"""The views as of now, and of the past: up to a position, or up to an instant of occurrence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any

from domain.kernel.problem import Kind, Problem
from projections.engine import checkpoints
from projections.engine.filling import Filling
from projections.engine.filling import Progress as FillingProgress
from projections.engine.progress import Progress, progress
from projections.engine.projection import Projection
from projections.engine.reader import Reader
from projections.engine.replay import with_needs, without_garbage_collection
from projections.engine.stored import VIEWS
from projections.engine.table import Table
from store.connecting import Cursor
from store.log import EventLog
from store.pool import ConnectionPool, Params
from store.tables import TEMPORARY, discarding, snapshot, unobtrusive
from store.wakeup import Wakeups

_POSITION = """
SELECT coalesce(min(position), 0) FROM log.checkpoints WHERE name = ANY(%(names)s) AND (stopped_at IS NULL OR %(named)s)
"""
"""A stopped view counts only where it is named: nothing else waits for it."""
_HEAD_AND_POSITION = f"""
SELECT (SELECT position FROM log.head), ({_POSITION}),
  %(named)s AND EXISTS (SELECT FROM log.checkpoints WHERE name = ANY(%(names)s) AND stopped_at IS NOT NULL)
"""  # noqa: S608 - only constants


class PositionUnknown(Problem):
    """The log does not reach this position; if a reply of this server named it, the server was restored: read anew."""

    kind = Kind.INVALID


class ViewStopped(Problem):
    """A view that this question needs cannot be used until it has been made anew; ask again later."""

    kind = Kind.UNAVAILABLE


class Views:
    """Reads the views; `pool` connects to the database in the role of a reader."""

    def __init__(self, log: EventLog, projections: Iterable[Projection], pool: ConnectionPool | None = None) -> None:
        self._reader = log.reader
        self._pool = pool or log.pool
        self._names = [each.name for each in with_needs(projections)]
        self.wakeups = Wakeups(self._pool.dsn)
        self.resting: Callable[[], AbstractContextManager[None]] = nullcontext
        """A context manager around every wait, in which the caller gives up the place that it occupies."""

    @contextmanager
    def now(self) -> Iterator[Reader]:
        """The views as of now; each query has its own snapshot, none before `position`."""
        with self._pool.connection() as session, session.cursor() as cursor:
            yield Reader(cursor, self._position(cursor))

    @contextmanager
    def bare(self) -> Iterator[Reader]:
        """The views as of now, for a query that reads their position itself; `position` is not set."""
        with self._pool.connection() as session, session.cursor() as cursor:
            yield Reader(cursor, 0)

    @contextmanager
    def moment(self, schema: str, tables: Iterable[Table]) -> Iterator[Reader]:
        """The views as of one moment: all queries read the same snapshot."""
        with self._pool.connection() as session, session.cursor() as cursor, snapshot(cursor, schema, tables):
            yield Reader(cursor, self._position(cursor))

    @contextmanager
    def picture(self, projections: Iterable[Projection]) -> Iterator[Reader]:
        """These views as of one moment; `picture` is their position."""
        asked = with_needs(projections)
        tables = [table for each in asked for table in each.tables]
        with self._pool.connection() as session, session.cursor() as cursor, snapshot(cursor, VIEWS, tables):
            cursor.execute(_POSITION, self._asked([each.name for each in asked]))
            [(picture,)] = cursor.fetchall()
            yield Reader(cursor, self._position(cursor), int(picture))

    @staticmethod
    def has_changed(reader: Reader, projections: Iterable[Projection], since: int) -> bool:
        """Whether an event of a topic that these views fold was recorded after position `since`, as far as is known."""
        topics = sorted({topic for each in with_needs(projections) for topic in each.folds})
        row = reader.fetch_one(
            """
            SELECT EXISTS (
                SELECT FROM log.events WHERE position > %s AND position <= %s AND topic = ANY(%s)
            ) AS changed
            """,
            (since, reader.picture, topics),
        )
        return bool(row and row["changed"])

    @contextmanager
    def at(
        self,
        projections: Iterable[Projection],
        known_at: int | None = None,
        as_of: datetime | None = None,
        progress: FillingProgress | None = None,
    ) -> Iterator[Reader]:
        """A reader of these views, folded from the events up to position `known_at` that had occurred by `as_of`.

        `None` is no limit. They are folded into temporary tables, which PostgreSQL finds before the live ones of the
        same names. Nothing limits the time this takes: requests use a `PastDesk`.
        """
        with (
            self._pool.connection() as session,
            discarding(session),
            unobtrusive(session),
            session.cursor() as cursor,
        ):
            known = checkpoints.head(cursor)
            if known_at is not None:
                known = min(known, known_at)
            filling = Filling(self._reader, projections, TEMPORARY)
            filling.create(cursor)
            with without_garbage_collection():
                filling.fill(cursor, known, as_of, progress)
            del filling  # and the rows in memory: they are in the tables now
            yield Reader(cursor, known, known)

    def position_at(self, instant: datetime) -> int:
        """The last position recorded at or before an instant, 0 when there is none.

        Where the clock was set back (`log.clock_steps`), the latest stretch of the log with this instant counts.
        """
        [(position,)] = self._pool.fetch_all("SELECT log.position_at(%s)", (instant,))
        return int(position)

    def wait_until(self, position: int, seconds: float, names: Collection[str] = ()) -> bool:
        """Wait, at most `seconds`, until all views (or those named) include the event at `position`.

        For reading what the caller has just written.
        """
        with self.resting():
            return bool(self.wakeups.wait(lambda: self.position(names) >= position, seconds))

    def reach(self, position: int, seconds: float, names: Collection[str] = ()) -> bool:
        """The same for a position that a client names, refused at once when it can never be reached.

        Raises `PositionUnknown` when the log does not reach it, `ViewStopped` when one of those named is stopped.
        """
        [(head, reached, stopped)] = self._pool.fetch_all(_HEAD_AND_POSITION, self._asked(names))
        if position > head:
            detail = f"The log ends at position {head}; wait for one that an answer of this server has named."
            raise PositionUnknown.of_member("/at_least", detail, position=head)
        if stopped and reached < position:
            raise ViewStopped
        return reached >= position or self.wait_until(position, seconds, names)

    def catch_up(self, seconds: float, names: Collection[str] = ()) -> bool:
        """Wait, at most `seconds`, until all views (or those named) include all events recorded by now.

        Raises `ViewStopped` when one of those named is stopped until its rebuild.
        """
        [(head, position, stopped)] = self._pool.fetch_all(_HEAD_AND_POSITION, self._asked(names))
        if stopped:
            raise ViewStopped
        return position >= head or self.wait_until(head, seconds, names)

    def progress(self) -> Progress:
        """The progress of the views, what they lack, and which have stopped."""
        return progress(self._pool, self._names)

    def position(self, names: Collection[str] = ()) -> int:
        """The position up to which all views (or those named) include every event."""
        [(position,)] = self._pool.fetch_all(_POSITION, self._asked(names))
        return int(position)

    def _asked(self, names: Collection[str] = ()) -> dict[str, Any]:
        return {"names": list(names) or self._names, "named": bool(names)}

    def _position(self, cursor: Cursor) -> int:
        cursor.execute(_POSITION, self._asked())
        [(position,)] = cursor.fetchall()
        return int(position)

    def ask(self, sql: str, params: Params | None = None) -> list[tuple[Any, ...]]:
        """All rows of one query to the views as of now; no connection is held afterwards."""
        return self._pool.fetch_all(sql, params)

    def close(self) -> None:
        """End all waits."""
        self.wakeups.close()
