"""A log that is opened in another cluster than before begins a new epoch, and records that once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from store.lives import begin_life_after_loss, settle_life
from store.log import EventLog
from tests.support.logs import log_on, read
from tests.support.servers import ask


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def test_a_log_that_wakes_up_where_it_fell_asleep_keeps_its_epoch(log: EventLog) -> None:
    first = log.epoch()

    assert {settle_life(log), settle_life(log)} == {first}
    assert read(log) == []


def test_a_log_that_wakes_up_elsewhere_begins_another_life_once_whoever_notices(log: EventLog, database: str) -> None:
    first = settle_life(log)
    ask(database, "UPDATE log.lives SET cluster = 'the one before/1'")

    with ThreadPoolExecutor(4) as starters:
        epochs = set(starters.map(lambda _: settle_life(log), range(4)))

    assert epochs == {log.epoch()}
    assert first not in epochs
    [event] = read(log)
    assert (event.topic, event.stream, event.data.previous) == ("log.restored", log.epoch(), first)


def test_a_log_that_devices_have_seen_further_than_it_goes_begins_another_life_once(log: EventLog) -> None:
    epoch = log.epoch()

    begin_life_after_loss(log, epoch, 0)
    assert log.epoch() == epoch
    for _ in range(2):
        begin_life_after_loss(log, epoch, 1000)

    assert log.epoch() != epoch
    assert [event.topic for event in read(log)] == ["log.restored"]
