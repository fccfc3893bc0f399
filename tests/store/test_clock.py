"""Issue 8, 20: a clock that jumped ahead pins recorded_at only while it is wrong, and each step back is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg2
import pytest

from domain.kernel.envelope import Envelope
from projections.engine.views import Views
from store.clock import clock_state
from store.connecting import open_connection
from store.log import EventLog
from tests.support.databases import run
from tests.support.logs import NOON, log_on, opened

MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)
SET_CLOCK = """
CREATE OR REPLACE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$SELECT '{}'::timestamptz$$
"""


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


class Clock:
    """Records one event at each instant that the database's clock is set to."""

    def __init__(self, database: str, log: EventLog) -> None:
        self._database = database
        self._log = log

    def record(self, at: datetime) -> datetime:
        """When an event was recorded whose server minutes that it was `at`."""
        run(self._database, SET_CLOCK.format(at.isoformat()))
        work = self._log.work()
        work.add(Envelope(occurred_at=NOON), opened())
        return work.commit().recorded_at

    def steps(self) -> list[tuple[Any, ...]]:
        return self._log.pool.fetch_all("SELECT position, before, clock FROM log.clock_steps ORDER BY position")


@pytest.fixture
def clock(database: str, log: EventLog) -> Clock:
    return Clock(database, log)


@pytest.fixture
def past(log: EventLog) -> Iterator[Views]:
    made = Views(log, ())
    yield made
    made.close()


def test_a_clock_that_goes_back_a_little_makes_recorded_at_stand_still(clock: Clock) -> None:
    times = [clock.record(NOON + seconds * MINUTE / 60) for seconds in (0, 50, 10, 55)]
    assert times == [NOON, NOON + 50 * MINUTE / 60, NOON + 50 * MINUTE / 60, NOON + 55 * MINUTE / 60]
    assert clock.steps() == []


def test_a_clock_that_was_a_year_ahead_leaves_later_events_their_own_time(clock: Clock, past: Views) -> None:
    assert clock.record(NOON) == NOON
    assert clock.record(NOON + YEAR) == NOON + YEAR
    assert clock.record(NOON + 2 * MINUTE) == NOON + 2 * MINUTE
    assert clock.record(NOON + 3 * MINUTE) == NOON + 3 * MINUTE
    assert clock.steps() == [(3, NOON + YEAR, NOON + 2 * MINUTE)]
    # what was recorded while the clock was wrong is known from the step on, when it had been recorded for sure
    known = [past.position_at(NOON + minutes * MINUTE) for minutes in (-1, 0, 1, 2, 3, 60)]
    assert known == [0, 1, 1, 3, 4, 4]
    assert past.position_at(NOON + YEAR) == 4


def test_how_the_clock_stands_is_there_to_be_asked(clock: Clock, log: EventLog) -> None:
    assert clock_state(log.pool) == (0, 0)
    for at in (NOON + YEAR, NOON):
        clock.record(at)
    assert clock_state(log.pool) == (1, 0)
    clock.record(NOON + YEAR)
    run(log.pool.dsn, SET_CLOCK.format((NOON + YEAR - 90 * MINUTE).isoformat()))
    assert clock_state(log.pool) == (1, 90 * 60)


def test_a_log_that_is_pinned_from_before_is_not_pinned_any_more(clock: Clock, database: str, past: Views) -> None:
    clock.record(NOON)
    run(database, "ALTER TABLE log.head DISABLE TRIGGER head_follows_the_clock")
    run(database, "UPDATE log.head SET recorded_at = '2099-01-01T00:00:00Z'")
    run(database, "ALTER TABLE log.head ENABLE TRIGGER head_follows_the_clock")
    assert clock.record(NOON + MINUTE) == NOON + MINUTE
    assert past.position_at(NOON + MINUTE) == 2
    assert len(clock.steps()) == 1


def test_every_instant_between_several_steps_has_its_position(clock: Clock, past: Views, log: EventLog) -> None:
    minutes = [0, 1, 2, 100, 101, 3, 4, 5, 200, 6, 7, 7, 8]
    for minute in minutes:
        clock.record(NOON + minute * MINUTE)
    assert [position for position, _, _ in clock.steps()] == [6, 10]
    times = log.pool.fetch_all("SELECT position, recorded_at FROM log.events ORDER BY position")
    for minute in range(-1, 300):
        instant = NOON + minute * MINUTE
        assert past.position_at(instant) == max((at for at, time in times if time <= instant), default=0)


def test_an_append_that_came_to_nothing_leaves_no_step(clock: Clock, log: EventLog, database: str) -> None:
    clock.record(NOON + YEAR)
    order = opened()
    work = log.work()
    work.add(Envelope(occurred_at=NOON), order)
    work.commit()
    with open_connection(database) as owner, owner.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE log.head SET recorded_at = now()")
        cursor.execute("ROLLBACK")
    assert clock.steps() == []


def test_steps_are_kept_like_everything_in_the_log(clock: Clock, database: str) -> None:
    clock.record(NOON + YEAR)
    clock.record(NOON)
    for statement in (
        "UPDATE log.clock_steps SET position = 9",
        "DELETE FROM log.clock_steps",
        "TRUNCATE log.clock_steps",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            run(database, statement)
