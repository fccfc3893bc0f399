"""What an author had read, after the log was restored more than once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain.recording.answers import Life, Readings
from store.lives import begin_life
from store.log import EventLog
from sync.clock import read_by
from tests.support.logs import read

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_each_restoration_changed_what_its_positions_hold() -> None:
    """Simulation, seed 257605020: only the last restoration was looked at, and a right time was replaced."""
    lives = (Life(47, FIRST + DAY, FIRST), Life(100, FIRST + 2 * DAY, FIRST + 1.5 * DAY))
    readings = Readings({46: FIRST, 70: FIRST + 1.4 * DAY, 120: FIRST + 2.5 * DAY}, lives)

    assert read_by(FIRST + 0.1 * DAY, 70, readings) == FIRST  # before both: another event had this position
    assert read_by(FIRST + 0.1 * DAY, 120, readings) == FIRST
    assert read_by(FIRST + 1.5 * DAY, 70, readings) == FIRST + 1.4 * DAY  # between them, and both lives have it
    assert read_by(FIRST + 1.5 * DAY, 120, readings) == FIRST + 1.5 * DAY  # between them, lost by the second
    assert read_by(FIRST + 0.1 * DAY, 46, readings) == FIRST  # all lives have it
    assert read_by(FIRST + 3 * DAY, 120, readings) == FIRST + 2.5 * DAY


def test_the_log_tells_all_its_restorations(log: EventLog) -> None:
    """The oldest first, each with the event before it; the first life has none."""
    assert log.operations.readings([1]).lives == ()

    for number in (1, 2):
        begin_life(log, f"Restoration {number}.")

    events = read(log)
    begun = [event for event in events if event.topic == "log.restored"]
    at = {event.position: event.recorded_at for event in events}
    expected = tuple(Life(one.position, one.recorded_at, at.get(one.position - 1)) for one in begun)
    assert log.operations.readings([1]).lives == expected
    assert len(expected) == 2
