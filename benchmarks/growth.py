"""Growth: what an event costs when the history is ten times as long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from benchmarks import history
from benchmarks.balances import Balances
from benchmarks.live import followed
from benchmarks.place import Place, log_as
from benchmarks.rebuild import rebuilt
from benchmarks.rounds import Goal, Outcome, Progress, Slice, compare, for_seconds
from benchmarks.samples import envelope_of, movement
from store.log import EventLog
from tests.support.databases import run
from tests.support.field_setup import Field, Phone

SHORT, LONG = 25_000, 250_000
LIVE = 10_000
FACTOR = 1 / 1.15
SECONDS = 0.5
_AT_ONCE = 20

_ANSWERS = """
INSERT INTO log.operations (id, original, device, incarnation, seq, content_hash, status, first_position, event_count,
    answer, recorded_at)
SELECT gen_random_uuid(), true, md5((position % 50)::text)::uuid, 1, position, repeat('5f', 32), 'applied', position, 1,
    '{"notices":[],"problem":null}', recorded_at
FROM log.events
"""


class Grown(NamedTuple):
    """A database with so many movements: the log as the writer and as the projector, and a device that pushes to it."""

    dsn: str
    events: int
    log: EventLog
    views: EventLog
    field: Field
    phone: Phone


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Events a second with a short and with a long history."""
    rows, goals = [], []
    with grown_to(place, SHORT, progress) as short, grown_to(place, LONG, progress) as long:
        baseline, other = (f"{each.events:,} events" for each in (short, long))
        for scenario, work in SCENARIOS.items():
            found = compare(
                scenario,
                "events",
                {baseline: partial(work, short), other: partial(work, long)},
                rounds=rounds,
                progress=progress,
                goals=(Goal(other, baseline, FACTOR, "an event costs at most 1.15 × as much"),),
            )
            rows += found.rows
            goals += found.goals
    return Outcome(rows, goals)


@contextmanager
def grown_to(place: Place, events: int, progress: Progress) -> Iterator[Grown]:
    """A database with a history, each event as if a device had pushed it."""
    with (
        place.database() as dsn,
        log_as(dsn, "callout_writer") as log,
        log_as(dsn, "callout_projector") as views,
    ):
        history.record(log, events, progress)
        run(dsn, _ANSWERS, "VACUUM (ANALYZE)")
        field = Field(log)
        yield Grown(dsn, events, log, views, field, Phone(log, field.anna))


def appended(log: EventLog) -> Slice:
    """Commits of 20 movements each."""

    def commit() -> int:
        work = log.work()
        for _ in range(_AT_ONCE):
            made = movement(uuid4())
            work.add(envelope_of(made.id), made)
        work.commit()
        return _AT_ONCE

    return for_seconds(SECONDS, commit)


def pushed(grown: Grown) -> Slice:
    """Pushes of 20 operations each, without HTTP."""
    order, phone = grown.field.order(), grown.phone

    def push() -> int:
        results = phone.send(*(phone.operation("part_used", grown.field.use(order)) for _ in range(_AT_ONCE))).results
        assert all(result.status == "applied" for result in results), results
        return _AT_ONCE

    return for_seconds(SECONDS, push)


SCENARIOS: dict[str, Callable[[Grown], Slice]] = {
    "rebuild": lambda grown: rebuilt(grown.views, Balances()),
    "live": lambda grown: followed(grown.dsn, grown.views, grown.events - LIVE),
    "append": lambda grown: appended(grown.log),
    "push, decided and recorded": pushed,
}
