"""Live: how fast the projector folds new events into a view that is there, beside the library's runner."""

from __future__ import annotations

from contextlib import closing
from functools import partial

import psycopg2

from benchmarks import history
from benchmarks.balances import Balances
from benchmarks.library import library_on
from benchmarks.place import Place, log_as
from benchmarks.rebuild import IN_LIBRARY, RUNNER, RUNNER_EVENTS, run_by_library
from benchmarks.rounds import Goal, Outcome, Progress, Slice, compare, timed
from projections.catalogue import ensure
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from store.log import EventLog

EVENTS = 20_000
OURS = "our projector, a batch a transaction"


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Events a second."""
    with place.database() as dsn, log_as(dsn, "callout_projector") as log, library_on(dsn) as app:
        with log_as(dsn, "callout_writer") as writing:
            history.record(writing, EVENTS, progress)
        history.record_in(app, IN_LIBRARY, progress)
        rebuild(log, [Balances()], [Balances.name])
        return compare(
            "movements into rows that are there",
            "events",
            {RUNNER: partial(run_by_library, dsn, RUNNER_EVENTS), OURS: partial(followed, dsn, log, 0)},
            rounds=rounds,
            progress=progress,
            goals=(Goal(OURS, RUNNER, 20, "the projector is 20 × as fast as the library's runner"),),
        )


def followed(dsn: str, log: EventLog, after: int) -> Slice:
    """Everything after a position, once more, into the rows as they are: what they add up to does not matter here."""
    ensure(log, [Balances()])
    with closing(psycopg2.connect(dsn)) as session, session, session.cursor() as cursor:
        cursor.execute("UPDATE log.checkpoints SET position = %s", (after,))
    projector = Projector(log, [Balances()])
    return timed(lambda: sum(iter(projector.run_once, 0)))
