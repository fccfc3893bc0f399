"""Append: events a second into the log, beside an unlocked INSERT and the library's own store."""

from __future__ import annotations

from functools import partial

from benchmarks.appenders import PLAIN_TABLE, WAYS
from benchmarks.library import library_on
from benchmarks.place import Place
from benchmarks.rounds import Goal, Outcome, Progress, Variant, compare, for_seconds
from benchmarks.writers import writers_on
from tests.support.databases import run

SECONDS = 0.4
SYNC = "fdatasync alone, one after the other"
GOALS = {(1, 1): 0.78, (1, 4): 0.56, (1, 16): 0.46, (20, 1): 0.65, (20, 4): 0.71, (20, 16): 0.60}
"""What the first trial of such a recorder reached, by events a transaction and writers."""


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """One and twenty events a transaction; 1, 4 and 16 writing processes."""
    rows, goals = [], []
    baseline, _, own, _ = WAYS
    with place.database() as dsn:
        run(dsn, PLAIN_TABLE)
        with library_on(dsn):
            pass  # its tables are made once, before several processes would make them at the same time
        with writers_on(dsn, 16) as writers:
            for (at_once, many), factor in GOALS.items():
                bound: dict[str, Variant] = {}
                if at_once == 1:  # the most that commits can reach that wait for each other
                    bound[SYNC] = partial(for_seconds, SECONDS / 2, place.sync)
                words = f"our recorder reaches {factor:g} × the unlocked INSERT"
                found = compare(
                    f"{at_once} event{'s' * (at_once > 1)} a transaction, {many} writer{'s' * (many > 1)}",
                    "events",
                    {way: partial(writers.append, way, writers=many, at_once=at_once, seconds=SECONDS) for way in WAYS}
                    | bound,
                    rounds=rounds,
                    progress=progress,
                    goals=(Goal(own, baseline, factor, words),),
                )
                rows += found.rows
                goals += found.goals
    return Outcome(rows, goals)
