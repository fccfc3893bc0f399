"""The projector: keeps all views up with the log."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from threading import Event
from traceback import extract_tb
from typing import NamedTuple

import structlog
from eventsourcing.persistence import PersistenceError

from projections import checkpoints
from projections.checkpoints import Checkpoint
from projections.projection import Projection
from projections.replay import BATCH, FoldError, Replay, with_needs
from projections.stored import StoredRows
from store.connecting import Cursor
from store.log import EventLog
from store.wakeup import Listener

MOST_ROWS = 50_000
TRIES = 100
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 15.0
_LISTEN_SECONDS = 1.0
_FIRST_BATCH = 125
_LONG_BATCH = 1.0
"""Batches grow as long as one takes less than so many seconds: whoever is killed now and then must get on too."""

_log = structlog.get_logger()


class _Span(NamedTuple):
    """What the next batch is about: the projections that stand at `after`, and where it ends."""

    checkpoints: list[Checkpoint]
    after: int
    through: int


class _Kept(NamedTuple):
    """The rows of the last batch, and the marks it left: if they stand as they were, nobody has changed a row since."""

    checkpoints: list[Checkpoint]
    replay: Replay
    rows: StoredRows


class Projector:
    """Folds what is new into the rows of all views, one batch a transaction.

    Any number may run at once: the checkpoints' row locks let one work at a time. Projections whose tables do not
    have the shape of the code wait for their rebuild.
    """

    def __init__(self, log: EventLog, projections: Iterable[Projection]) -> None:
        self._log = log
        self._projections = with_needs(projections)
        self._kept: _Kept | None = None
        self._most = _FIRST_BATCH

    def run_once(self) -> int:
        """Process at most one batch; how many events it had, 0 when there is nothing new.

        Raises `FoldError` when one cannot be folded, with everything before it processed.
        """
        if self.lag() == 0:
            return 0
        try:
            return self._batch(None)
        except FoldError as error:
            self._batch(error.position - 1)
            raise

    def run(self, stop: Event) -> None:
        """Process events as they come until `stop` is set, woken up by each append.

        What fails is logged and tried again, up to `TRIES` times in a row with growing pauses; then it is raised.
        """
        failures = 0
        with closing(Listener(self._log.pool.dsn)) as listener:
            listener.wait(0)
            while not stop.is_set():
                try:
                    if self.run_once() == 0:
                        listener.wait(_LISTEN_SECONDS)
                    failures = 0
                except (FoldError, PersistenceError) as error:
                    failures += 1
                    _log.error(
                        "the views cannot be moved on", reason=str(error), cause=_cause(error), failures=failures
                    )
                    if failures == TRIES:
                        raise
                    stop.wait(min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))

    def lag(self) -> int:
        """How many events are not in all views yet, those that wait for a rebuild left out."""
        with self._log.pool.connection() as session, session.cursor() as cursor:
            live = checkpoints.sound(checkpoints.read(cursor), self._projections)
            return checkpoints.head(cursor) - min(each.position for each in live.values()) if live else 0

    def _batch(self, limit: int | None) -> int:
        # Rows that a failed batch has changed are good for nothing.
        kept, self._kept = self._kept, None
        begun, most = time.monotonic(), self._most
        self._most = max(most // 2, _FIRST_BATCH)  # for the next one, should this one come to nothing
        with self._log.pool.transaction() as cursor:
            # A batch that is lost with the server is folded again: nobody needs to wait for its fsync.
            cursor.execute("SET LOCAL synchronous_commit = off")
            span = self._next_span(cursor, most, limit)
            if span is None:
                self._most = most
                return 0
            replay, rows = self._begun(cursor, span, kept)
            events = replay.read(cursor, self._log.reader, span.after, span.through)
            rows.preload(replay.touched(events))
            replay.fold(events, rows)
            replay.finish(rows, span.through)
            rows.write()
            moved_at = checkpoints.move(cursor, [each.name for each in span.checkpoints], span.through)
        moved = [each._replace(position=span.through, moved_at=moved_at) for each in span.checkpoints]
        self._kept = _Kept(moved, replay, rows)
        if time.monotonic() - begun < _LONG_BATCH:
            self._most = min(most * 2, BATCH)
        return span.through - span.after

    def _begun(self, cursor: Cursor, span: _Span, kept: _Kept | None) -> tuple[Replay, StoredRows]:
        if kept is not None and kept.checkpoints == span.checkpoints and kept.rows.count() < MOST_ROWS:
            kept.rows.cursor = cursor
            return kept.replay, kept.rows
        names = {each.name for each in span.checkpoints}
        replay = Replay(each for each in self._projections if each.name in names)
        return replay, StoredRows(replay.tables, cursor)

    def _next_span(self, cursor: Cursor, most: int, limit: int | None) -> _Span | None:
        """Those furthest behind come first, up to where the next ones stand, so that all end up side by side."""
        live = checkpoints.sound(checkpoints.read(cursor, lock=True), self._projections).values()
        if not live:
            return None
        after = min(each.position for each in live)
        ahead = [each.position for each in live if each.position > after]
        through = min(after + most, checkpoints.head(cursor), *ahead)
        if limit is not None:
            through = min(through, limit)
        return _Span([each for each in live if each.position == after], after, through) if through > after else None


def _cause(error: Exception) -> str:
    """What went wrong and where, without the values of variables: rows hold persons' words."""
    first = error.__cause__ or error
    frame = extract_tb(first.__traceback__)[-1]
    return f"{type(first).__name__} in {frame.name}, {Path(frame.filename).name}:{frame.lineno}"
