"""Rebuild: a view made anew from 200,000 events, beside a raw COPY of them and the library's subscription."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from typing import Any

import psycopg2
from eventsourcing.projection import ApplicationSubscription, ProjectionRunner

from benchmarks import history
from benchmarks.balances import TOPIC, Balances, LibrarysBalances, LibrarysFold, fold_in_memory
from benchmarks.library import Library, library_on
from benchmarks.place import Place, library_environment, log_as
from benchmarks.rounds import Goal, Outcome, Progress, Slice, compare, timed
from projections.engine.projection import Projection
from projections.engine.rebuild import rebuild
from projections.stock.stock import Stock
from store.log import EventLog

EVENTS = 200_000
IN_LIBRARY = 60_000
RUNNER_EVENTS = 2_000
COPY = "COPY of the records out of the database"
OURS, STOCK = "our rebuild of the balances, until they are in place", "our rebuild of the whole stock view (3 tables)"
MEMORY, RUNNER = "the library's subscription, into memory", "the library's subscription, into a table (its runner)"
_PATIENCE_SECONDS = 120


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Events a second."""
    with place.database() as dsn, log_as(dsn, "callout_projector") as log, library_on(dsn) as app:
        with log_as(dsn, "callout_writer") as writing:
            history.record(writing, EVENTS, progress)
        history.record_in(app, IN_LIBRARY, progress)
        return compare(
            f"{EVENTS:,} movements",
            "events",
            {
                COPY: partial(copied, dsn),
                OURS: partial(rebuilt, log, Balances()),
                STOCK: partial(rebuilt, log, Stock()),
                MEMORY: partial(subscribed, app),
                RUNNER: partial(run_by_library, dsn, RUNNER_EVENTS),
            },
            rounds=rounds,
            progress=progress,
            goals=(
                Goal(OURS, COPY, 0.1, "a rebuild takes at most 10 × the time of the COPY"),
                Goal(OURS, RUNNER, 10, "a rebuild is 10 × as fast as the library's subscription path"),
            ),
        )


class _Sink:
    """A file that drops what is written to it."""

    def write(self, text: bytes) -> int:
        return len(text)


def copied(dsn: str) -> Slice:
    """Read all records in order over the connection, and drop them."""
    with closing(psycopg2.connect(dsn)) as session, session.cursor() as cursor:

        def work() -> int:
            cursor.copy_expert("COPY (SELECT record FROM log.events ORDER BY position) TO STDOUT", _Sink())
            return int(cursor.rowcount)

        return timed(work)


def rebuilt(log: EventLog, projection: Projection) -> Slice:
    """From the first event to the change-over, indexes included."""
    return timed(lambda: rebuild(log, [projection], [projection.name]))


def subscribed(app: Library) -> Slice:
    """The library's subscription over all of its events, folded into a dict."""

    def work() -> int:
        balances: Any = {}
        with ApplicationSubscription(app, topics=(TOPIC,)) as subscription:
            for event, _ in islice(subscription, IN_LIBRARY):
                fold_in_memory(balances, event)
        return IN_LIBRARY

    return timed(work)


def run_by_library(dsn: str, events: int) -> Slice:
    """Fold so many further events with the library's runner, which begins again at the end of the log."""
    with _runner(dsn, events) as runner:
        runner.wait(_position(runner) + 1, timeout=_PATIENCE_SECONDS)
        begun = _position(runner)

        def work() -> int:
            runner.wait(begun + events, timeout=_PATIENCE_SECONDS)
            return _position(runner) - begun

        return timed(work)


@contextmanager
def _runner(dsn: str, events: int) -> Iterator[ProjectionRunner[Library, LibrarysBalances]]:
    with closing(psycopg2.connect(dsn)) as session, session, session.cursor() as cursor:
        cursor.execute("SELECT to_regclass('librarys_balances_tracking') IS NOT NULL")
        if cursor.fetchone() == (True,):
            cursor.execute(
                "DELETE FROM librarys_balances_tracking WHERE application_name = %s AND notification_id > %s",
                (Library.name, IN_LIBRARY - 2 * events),
            )
    environment = library_environment(dsn, create=True)
    with ProjectionRunner(
        application_class=Library, projection_class=LibrarysFold, view_class=LibrarysBalances, env=environment
    ) as runner:
        yield runner


def _position(runner: ProjectionRunner[Library, LibrarysBalances]) -> int:
    return runner.view.max_tracking_id(Library.name) or 0
