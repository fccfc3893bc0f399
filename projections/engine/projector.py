"""The projector: folds new events into all views."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from threading import Event
from typing import NamedTuple

import structlog

from domain.recording.recorded import Recorded
from projections.engine import checkpoints, parking
from projections.engine.checkpoints import Checkpoint
from projections.engine.failures import Failures, RefusedError, TimedOutError
from projections.engine.isolating import isolate
from projections.engine.projection import Projection
from projections.engine.replay import BATCH, Replay, with_needs
from projections.engine.slow import SlowEvents
from projections.engine.stored import StoredRows
from store.connecting import Cursor
from store.errors import Trouble, is_timeout, name_of, trouble_of
from store.log import EventLog
from store.wakeup import Listener

MOST_ROWS = 50_000
TRIES = 100
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 15.0
_LISTEN_SECONDS = 1.0
_FIRST_BATCH = 125
_LONG_BATCH = 1.0
"""The seconds under which batches grow: a worker that is killed now and then must still make progress."""

_log = structlog.get_logger()


class _Span(NamedTuple):
    """The scope of the next batch: the projections at position `after`, and where it ends."""

    checkpoints: list[Checkpoint]
    after: int
    through: int


class _Kept(NamedTuple):
    """The rows of the last batch and its checkpoints: if these are unchanged, nobody has changed a row since."""

    checkpoints: list[Checkpoint]
    replay: Replay
    rows: StoredRows


class Projector:
    """Folds new events into the rows of all views, one batch per transaction.

    Several may run concurrently: row locks on the checkpoints let one work at a time. Projections that are stopped, or
    whose tables do not have the shape of the code, wait for their rebuild. An event that a view cannot fold is parked
    for that view and those that need it; the others take it in.
    """

    def __init__(self, log: EventLog, projections: Iterable[Projection]) -> None:
        self._log = log
        self._projections = with_needs(projections)
        self._kept: _Kept | None = None
        self._most = _FIRST_BATCH
        self._slow = SlowEvents()

    def run_once(self) -> int:
        """Process at most one batch (or its halves); returns the number of events, 0 when there is nothing new.

        An event that a view cannot fold is left out for that view and parked; where the database refuses it, the batch
        is halved until that event is found. Raises `TimedOutError` when a statement exceeds its time: the next batch is
        smaller, and an event that exceeds it alone in every try is parked as well.
        """
        if self.lag() == 0:
            return 0
        if self._slow.suspected is not None:
            return self._slow.process(self._batch, self._slow.suspected)
        tried: list[int] = []
        try:
            try:
                return self._batch(None, tried=tried)
            except RefusedError:
                return isolate(self._batch, self._stop, *tried)
        except TimedOutError:
            self._most = self._slow.narrow(*tried)
            raise

    def run(self, stop: Event, beat: Callable[[], None] = lambda: None) -> None:
        """Process events until `stop` is set, woken up by each append; calls `beat` regularly.

        Errors are logged and tried again, up to `TRIES` times in a row with growing pauses; then raised.
        """
        failures = 0
        with closing(Listener(self._log.pool.dsn)) as listener:
            listener.wait(0)
            while not stop.is_set():
                try:
                    beat()
                    if self.run_once() == 0:
                        listener.wait(_LISTEN_SECONDS)
                    failures = 0
                except Exception as error:
                    failures += 1
                    _log.error("the views cannot be moved on", cause=name_of(error), failures=failures)
                    if failures == TRIES:
                        raise
                    stop.wait(min(_FIRST_PAUSE * 2**failures, _LONGEST_PAUSE))

    def lag(self) -> int:
        """The number of events not in all views yet; views that wait for a rebuild do not count."""
        with self._log.pool.connection() as session, session.cursor() as cursor:
            live = checkpoints.sound(checkpoints.read(cursor), self._projections)
            return checkpoints.head(cursor) - min(each.position for each in live.values()) if live else 0

    def _stop(self, view: str, reason: str) -> None:
        needing = [each.name for each in self._projections if view in {one.name for one in with_needs([each])}]
        with self._log.pool.transaction() as cursor:
            checkpoints.stop(cursor, needing, reason)
        _log.error("views have been stopped; rebuild them", views=needing, because=view, cause=reason)

    def _batch(
        self, limit: int | None, skipped: Mapping[str, str] | None = None, tried: list[int] | None = None
    ) -> int:
        """One batch up to `limit`, or with `skipped` the one event there; `tried` receives its first and last position.

        Raises `RefusedError` when the database refuses a statement of a view: then nothing is stored.
        """
        # Rows changed by a failed batch are not used again.
        kept, self._kept = self._kept, None
        begun, most = time.monotonic(), self._most
        self._most = max(most // 2, _FIRST_BATCH)  # for the next batch, in case this one fails
        with self._log.pool.transaction() as cursor:
            # A batch that is lost with the server is folded again, so there is no need to wait for its fsync.
            cursor.execute("SET LOCAL synchronous_commit = off")
            span = self._next_span(cursor, most if skipped is None else 1, limit)
            if span is None:
                self._most = most
                return 0
            if tried is not None:
                tried[:] = (span.after, span.through)
            replay, rows = self._begun(cursor, span, kept if skipped is None else None)
            failures = Failures(replay.projections, skipped, splits=skipped is None)
            events = replay.read(cursor, self._log.reader, span.after, span.through, failures)
            if skipped is None:
                _preload(replay, rows, events)
            replay.fold(events, rows, failures)
            replay.finish(rows, span.through, failures)
            rows.write()
            parked = failures.all(each.name for each in span.checkpoints)
            parking.park(cursor, parked)
            moved_at = checkpoints.move(cursor, [each.name for each in span.checkpoints], span.through)
        for failure in parked:
            if failure.view == failure.because:
                _log.error("a view cannot take an event in; it is parked", **failure._asdict())
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
        return replay, StoredRows(replay.tables, cursor, replay.owners)

    def _next_span(self, cursor: Cursor, most: int, limit: int | None) -> _Span | None:
        """Those furthest behind go first, up to the position of the next ones, so that all end at one position."""
        live = checkpoints.sound(checkpoints.read(cursor, lock=True), self._projections).values()
        if not live:
            return None
        after = min(each.position for each in live)
        ahead = [each.position for each in live if each.position > after]
        through = min(after + most, checkpoints.head(cursor), *ahead)
        if limit is not None:
            through = min(through, limit)
        return _Span([each for each in live if each.position == after], after, through) if through > after else None


def _preload(replay: Replay, rows: StoredRows, events: list[Recorded]) -> None:
    try:
        rows.preload(replay.touched(events))
    except Exception as error:
        if trouble_of(error) in (Trouble.REFUSED, Trouble.TABLE):
            raise RefusedError(None) from error
        if is_timeout(error):
            raise TimedOutError(None) from error
        raise
