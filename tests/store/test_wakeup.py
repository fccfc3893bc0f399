"""Who waits for the log is woken up by each append, misses nothing, and survives a lost connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread

import pytest

from domain.kernel.envelope import Envelope
from store.log import EventLog
from store.recorder import Recorder
from store.wakeup import Listener, Wakeups
from tests.support.databases import run
from tests.support.logs import NOON, log_on, opened

KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
)


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as made:
        yield made


def append(log: EventLog) -> None:
    work = log.work()
    work.add(Envelope(occurred_at=NOON), opened())
    work.commit()


def test_a_listener_is_told_of_each_append_and_of_nothing_else(log: EventLog) -> None:
    listener = Listener(log.pool.dsn)
    assert listener.wait(0)  # it has just begun to listen: there may be something
    assert not listener.wait(0.05)
    append(log)
    assert listener.wait(5)
    assert not listener.wait(0.05)
    listener.close()


def test_a_listener_whose_connection_is_cut_begins_again(log: EventLog, database: str) -> None:
    listener = Listener(log.pool.dsn)
    listener.wait(0)
    run(database, KILL)
    assert any(listener.wait(5) for _ in range(3))  # something may have been missed meanwhile
    while listener.wait(0.05):
        continue
    append(log)
    assert listener.wait(5)
    listener.close()


def test_waiting_ends_when_what_is_awaited_is_there_and_at_the_latest_in_time(log: EventLog) -> None:
    wakeups = Wakeups(log.pool.dsn, ["log"])
    began = time.monotonic()
    assert not wakeups.wait(lambda: log.head() > 0, 0.2)
    assert time.monotonic() - began < 3

    def append_later() -> None:
        time.sleep(0.2)
        append(log)

    appending = Thread(target=append_later)
    appending.start()
    assert wakeups.wait(lambda: log.head() > 0, 20)
    appending.join()
    wakeups.close()


def test_a_subscription_delivers_what_comes_after_its_connection_was_cut(log: EventLog, database: str) -> None:
    append(log)
    with Recorder(log.pool).subscribe() as events:
        assert next(events).id == 1
        run(database, KILL)
        append(log)
        assert next(events).id == 2
