"""Load: an entity with about 100 events, beside a plain SELECT with orjson and the library's repository."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import psycopg2

from benchmarks.library import library_on
from benchmarks.place import Place, log_as
from benchmarks.rounds import Goal, Outcome, Progress, compare, for_seconds
from benchmarks.samples import envelope_of, long_repair
from store.log import EventLog

EVENTS = 100
SECONDS = 0.3
_PLAIN, _OURS = "SELECT (psycopg2) and orjson", "EventLog.load"
_SELECT = """
SELECT version, topic, substr(record, body_at, body_length) FROM log.events WHERE stream = %s::uuid ORDER BY version
"""


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Entities a second."""
    with place.database() as dsn, log_as(dsn, "callout_writer") as log, library_on(dsn) as app:
        plain, worded, other = (long_repair(EVENTS, words=words) for words in (False, True, False))
        app.save(other)
        work = log.work()
        for order in (plain, worded):
            work.add(envelope_of(order.id), order)
        work.commit()
        session = psycopg2.connect(dsn)
        session.autocommit = True
        variants: dict[str, Callable[[], object]] = {
            _PLAIN: partial(_selected, session, plain.id),
            _OURS: partial(_loaded, log, plain.id),
            "EventLog.load, half of the events with sealed words": partial(_loaded, log, worded.id),
            "the library's repository.get (psycopg 3)": partial(app.repository.get, other.id),
        }
        found = compare(
            f"an entity of {EVENTS} events",
            "entities",
            {name: partial(for_seconds, SECONDS, partial(_once, load)) for name, load in variants.items()},
            rounds=rounds,
            progress=progress,
            goals=(Goal(_OURS, _PLAIN, 1 / 3.6, "a load takes at most 3.6 × the time of the plain read"),),
        )
        session.close()
        return found


def _once(load: Callable[[], object]) -> int:
    assert load(), "the entity is there"
    return 1


def _selected(session: Any, stream: UUID) -> list[Any]:
    with session.cursor() as cursor:
        cursor.execute(_SELECT, (str(stream),))
        return [orjson.loads(body) for _, _, body in cursor.fetchall()]


def _loaded(log: EventLog, stream: UUID) -> object:
    return log.load([stream])
