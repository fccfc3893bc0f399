"""Growth: what an event costs when the history has become ten times as long."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from benchmarks import history
from benchmarks.live import followed
from benchmarks.place import Place, log_as
from benchmarks.rebuild import rebuilt
from benchmarks.rounds import Goal, Outcome, Progress, Slice, compare, for_seconds
from benchmarks.samples import envelope_of, movement
from store.log import EventLog

SHORT, LONG = 25_000, 250_000
LIVE = 10_000
FACTOR = 1 / 1.15
SECONDS = 0.5


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Events a second with a short and with a long history."""
    rows, goals = [], []
    with place.database() as short, place.database() as long:
        databases = {f"{SHORT:,} events": (short, SHORT), f"{LONG:,} events": (long, LONG)}
        for dsn, many in databases.values():
            with log_as(dsn, "callout_writer") as log:
                history.record(log, many, progress)
        with (
            log_as(short, "callout_projector") as short_log,
            log_as(long, "callout_projector") as long_log,
            log_as(short, "callout_writer") as short_writer,
            log_as(long, "callout_writer") as long_writer,
        ):
            logs = {short: (short_log, short_writer), long: (long_log, long_writer)}
            scenarios = {
                "rebuild": lambda dsn, _: rebuilt(logs[dsn][0]),
                "live": lambda dsn, many: followed(dsn, logs[dsn][0], many - LIVE),
                "append": lambda dsn, _: appended(logs[dsn][1]),
            }
            baseline, other = databases
            for scenario, work in scenarios.items():
                found = compare(
                    scenario,
                    "events",
                    {name: partial(work, *database) for name, database in databases.items()},
                    rounds=rounds,
                    progress=progress,
                    goals=(Goal(other, baseline, FACTOR, "an event costs at most 1.15 × as much"),),
                )
                rows += found.rows
                goals += found.goals
    return Outcome(rows, goals)


def appended(log: EventLog) -> Slice:
    """Commits of 20 movements each."""

    def commit() -> int:
        work = log.work()
        for _ in range(20):
            made = movement(uuid4())
            work.add(envelope_of(made.id), made)
        work.commit()
        return 20

    return for_seconds(SECONDS, commit)
