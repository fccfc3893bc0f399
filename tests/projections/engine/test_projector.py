"""The projector processes each event once, whoever else does, and stops at what it cannot fold."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from typing import Any

import pytest
from structlog.testing import capture_logs

from domain.recording.recorded import Recorded
from projections.engine.projection import Projection, Rows
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.engine.views import Views
from store.log import EventLog
from tests.support.databases import run
from tests.support.sample_views import SAMPLES, Ledger
from tests.support.views import Warehouse, run_through


@contextmanager
def running(projector: Projector) -> Iterator[None]:
    """The projector at work in a thread of its own."""
    stop = Event()
    thread = Thread(target=projector.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def differences(views: EventLog) -> list[Any]:
    return [difference for each in verify(views, SAMPLES) for difference in each.differences]


def test_two_projectors_do_no_work_twice(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(6_000, at_once=200)
    processed: list[int] = []
    threads = [
        Thread(target=lambda: processed.append(run_through(Projector(views, SAMPLES))), name=str(n)) for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(processed) == 6_000
    assert differences(views) == []


def test_what_is_recorded_is_soon_in_the_views(log: EventLog, views: EventLog) -> None:
    warehouse, past = Warehouse(log), Views(views, SAMPLES)
    with running(Projector(views, SAMPLES)):
        assert past.wait_until(warehouse.work(1), 5)
        waited = []
        for _ in range(40):
            position = warehouse.work(3)
            begun = time.perf_counter()
            assert past.wait_until(position, 5)
            waited.append(time.perf_counter() - begun)
    past.close()
    assert median(waited) < 0.1


def test_nobody_waits_longer_than_promised_for_what_does_not_come(views: EventLog) -> None:
    past = Views(views, SAMPLES)
    begun = time.perf_counter()
    assert not past.wait_until(1, 0.2)
    assert 0.2 <= time.perf_counter() - begun < 2
    past.close()


def test_cut_connections_are_survived(log: EventLog, views: EventLog, database: str) -> None:
    warehouse, past = Warehouse(log), Views(log, SAMPLES)
    with running(Projector(views, SAMPLES)):
        assert past.wait_until(warehouse.work(10), 5)
        run(
            database,
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND datname = current_database()
            """,
        )
        assert past.wait_until(warehouse.work(10), 15)
    past.close()
    assert differences(views) == []


def stumbling(at: int) -> tuple[Projection, Callable[[], None]]:
    """A ledger that cannot fold the event at a position until it is corrected."""
    corrected = Event()
    fold = Ledger.folds["stock.moved"]

    def stumble(projection: Any, event: Recorded, rows: Rows) -> None:
        if event.position == at and not corrected.is_set():
            raise ZeroDivisionError
        fold(projection, event, rows)

    ledger = Ledger()
    ledger.folds = {"stock.moved": stumble}  # type: ignore[misc]
    return ledger, corrected.set


def test_an_event_that_cannot_be_folded_is_named_and_left_out_and_all_behind_it_is_shown(
    log: EventLog, views: EventLog
) -> None:
    """Issue 8, 2: one event that cannot be folded stopped all views."""
    Warehouse(log).work(90)
    [(bad,)] = log.pool.fetch_all("SELECT min(position) FROM log.events WHERE topic = 'stock.moved' AND position > 50")
    ledger, correct = stumbling(bad)
    samples = [ledger if each.name == "ledger" else each for each in SAMPLES]
    projector = Projector(views, samples)
    assert run_through(projector) == 90
    assert projector.lag() == 0
    named = "SELECT view, position, because, error FROM log.parked_events"
    [(view, position, because, error)] = views.pool.fetch_all(named)
    assert (view, position, because) == ("ledger", bad, "ledger")
    assert error.startswith("ZeroDivisionError in stumble, test_projector.py:")
    assert [each.key for each in differences(views)] == [(bad,)]
    correct()
    rebuild(views, samples, ["ledger"])
    assert views.pool.fetch_all(named) == []
    assert differences(views) == []


def test_a_view_whose_shape_is_not_the_codes_waits_and_the_others_go_on(log: EventLog, views: EventLog) -> None:
    views.pool.execute("UPDATE log.checkpoints SET shape = 'of yesterday' WHERE name = 'ledger'")
    Warehouse(log).work(40)
    assert run_through(Projector(views, SAMPLES)) == 40
    assert views.pool.fetch_all("SELECT count(*) FROM views.ledger") == [(0,)]
    assert views.pool.fetch_all("SELECT count(*) > 0 FROM views.balances") == [(True,)]


def test_what_a_view_cannot_take_in_is_logged_without_anybodys_words(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(60)
    [(position,)] = log.pool.fetch_all("SELECT max(position) FROM log.events WHERE topic = 'stock.moved'")
    ledger, _ = stumbling(position)
    past = Views(views, SAMPLES)
    with capture_logs() as logged, running(Projector(views, [ledger])):
        assert past.wait_until(position, 10, ["ledger"])
    past.close()
    [logged_errors] = [each for each in logged if each["log_level"] == "error"]
    assert (logged_errors["view"], logged_errors["position"]) == ("ledger", position)
    assert logged_errors["error"].startswith("ZeroDivisionError in stumble, test_projector.py:")
    assert "exc_info" not in logged_errors


def test_batches_grow_while_they_are_quick_and_begin_small_again_after_a_failure(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse(log).work(1_200, at_once=200)
    projector = Projector(views, SAMPLES)
    assert [projector.run_once() for _ in range(2)] == [125, 250]

    with monkeypatch.context() as away:
        away.setattr(Projector, "_begun", lambda *_: 1 / 0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                projector.run_once()

    assert projector.run_once() == 125
