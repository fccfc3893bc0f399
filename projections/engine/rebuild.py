"""Rebuild: views folded again from the first event on, beside the live ones, which they replace at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from time import sleep

from projections.engine import checkpoints, parking
from projections.engine.failures import FoldError
from projections.engine.filling import Filling, Progress
from projections.engine.projection import Projection
from projections.engine.replay import BATCH, with_needs, without_garbage_collection
from projections.engine.stored import VIEWS
from store import tables
from store.connecting import Cursor
from store.errors import Trouble, trouble_of
from store.log import EventLog

FRESH = "views_next"
_LOCK = 7_205_113
_ROUNDS = 20
_TRIES = 3
_LOCK_SECONDS = 0.2
_LOCK_TRIES = 150


class RebuildError(Exception):
    """The rebuild could not be finished; the views stay as they were."""


def rebuild(
    log: EventLog, projections: Iterable[Projection], names: Collection[str], progress: Progress | None = None
) -> int:
    """Rebuild these projections while everything else continues; returns the position they have then.

    `projections` is the whole catalogue: a rebuilt view ends at the position of the others, so that the projector
    continues with all of them together. One rebuild runs at a time, others wait. Raises `RebuildError` when the tables
    cannot be exchanged, `FoldError` when the new view lacks an event that the old one has: then the old one stays.
    """
    with alone(log) as cursor:
        return rebuild_alone(log, cursor, projections, names, progress)


def rebuild_alone(
    log: EventLog,
    cursor: Cursor,
    projections: Iterable[Projection],
    names: Collection[str],
    progress: Progress | None = None,
) -> int:
    """The rebuild itself, on the session that holds the lock.

    Views that need a chosen view and were stopped or damaged because of it are rebuilt with it.
    """
    everything = with_needs(projections)
    suffering = checkpoints.stopped(cursor) | {view for view, _ in parking.parked(cursor, [e.name for e in everything])}
    chosen = [each for each in everything if each.name in names or (each.name in suffering and _needs(each, names))]
    for tries in range(1, _TRIES + 1):
        try:
            return _made(log, cursor, everything, chosen, progress)
        except Exception as error:
            # The database has refused a row of a new event: the next fill finds it and leaves it out.
            if tries == _TRIES or trouble_of(error) is not Trouble.REFUSED:
                raise
    raise AssertionError


def _needs(projection: Projection, names: Collection[str]) -> bool:
    return any(each.name in names for each in with_needs([projection]))


def _made(
    log: EventLog,
    cursor: Cursor,
    everything: tuple[Projection, ...],
    chosen: list[Projection],
    progress: Progress | None,
) -> int:
    filling = Filling(log.reader, chosen, FRESH)
    filling.create(cursor)
    filling.fill(cursor, _target(cursor, everything), progress=progress)
    _must_lack_nothing_more(cursor, filling, chosen)
    for _ in range(_ROUNDS):
        if _target(cursor, everything) - filling.position <= BATCH:
            break
        filling.advance(cursor, _target(cursor, everything))
    for _ in range(_LOCK_TRIES):
        with log.pool.transaction() as changing:
            if _change_over(changing, filling, everything, chosen):
                return filling.position
        sleep(_LOCK_SECONDS)
    raise RebuildError("the old tables are being read without a pause, so the new ones cannot replace them")


def _must_lack_nothing_more(cursor: Cursor, filling: Filling, chosen: list[Projection]) -> None:
    """Raise `FoldError` for an event that is left out now and was not before, by a view that is still usable."""
    live = checkpoints.sound(checkpoints.read(cursor), chosen)
    known = parking.left_out(cursor, live)
    for failure in filling.failures():
        if failure.view in live and not known(failure.view, failure.position):
            raise FoldError(failure.because, failure.position)


def _target(cursor: Cursor, everything: Iterable[Projection], *, lock: bool = False) -> int:
    """The position of the live views, where the new ones must end, or the end of the log if there are none."""
    live = checkpoints.sound(checkpoints.read(cursor, lock=lock), everything)
    return max(each.position for each in live.values()) if live else checkpoints.head(cursor)


def _change_over(cursor: Cursor, filling: Filling, everything: Iterable[Projection], chosen: list[Projection]) -> bool:
    """Catch up while the projector waits, then swap; the caught-up rows are kept when the swap must wait."""
    filling.advance(cursor, _target(cursor, everything, lock=True))
    if not tables.lock_briefly(cursor, VIEWS, filling.tables, _LOCK_SECONDS):
        return False
    for table in filling.tables:
        tables.put_in_place(cursor, FRESH, table, VIEWS)
    checkpoints.place(cursor, chosen, filling.position)
    parking.unpark(cursor, [each.name for each in chosen])
    parking.park(cursor, filling.failures())
    return True


@contextmanager
def alone(log: EventLog) -> Iterator[Cursor]:
    """A session that holds the lock of all rebuilds."""
    with log.pool.connection() as session, session.cursor() as cursor:
        while not _locked(cursor):
            sleep(_LOCK_SECONDS)
        try:
            with tables.without_time_limit(session), without_garbage_collection():
                yield cursor
        finally:
            if not session.closed:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _locked(cursor: Cursor) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
    return cursor.fetchone() == (True,)
