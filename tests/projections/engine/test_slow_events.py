"""Issue 8, 2: an event whose fold always exceeds its time stalls no view for ever; a passing overload parks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eventsourcing.persistence import OperationalError

from domain.recording.recorded import Recorded
from projections.engine import stored
from projections.engine.projection import Projection, Rows
from projections.engine.projector import Projector
from projections.engine.slow import TRIES
from projections.engine.stored import StoredRows
from projections.engine.verify import verify
from store.errors import renamed
from store.log import EventLog
from tests.support.sample_views import SAMPLES, Ledger
from tests.support.views import Warehouse

EVENTS = 90
MOST_TRIES = 60


def overrun(rows: Any) -> None:
    """A statement that the database cancels, since it takes too long."""
    with renamed():
        rows.cursor.execute("SET LOCAL statement_timeout = '10ms'")
        rows.cursor.execute("SELECT pg_sleep(5)")


def slow(is_slow: Callable[[Recorded], bool]) -> list[Projection]:
    """The samples, with a ledger that takes too long for some movements."""
    fold = Ledger.folds["stock.moved"]

    def slowly(projection: Any, event: Recorded, rows: Rows) -> None:
        if is_slow(event) and isinstance(rows, StoredRows):
            overrun(rows)
        fold(projection, event, rows)

    ledger = Ledger()
    ledger.folds = {"stock.moved": slowly}  # type: ignore[misc]
    return [ledger if each.name == "ledger" else each for each in SAMPLES]


def run_on(projector: Projector) -> int:
    """Run it through as the worker does, without its pauses; how often a try came to nothing."""
    failed = 0
    while projector.lag() and failed < MOST_TRIES:
        try:
            projector.run_once()
        except OperationalError:
            failed += 1
    return failed


def parked(views: EventLog) -> list[tuple[Any, ...]]:
    return views.pool.fetch_all("SELECT view, position, because FROM log.parked_events ORDER BY position")


def middle_of(log: EventLog) -> int:
    [(position,)] = log.pool.fetch_all(
        "SELECT min(position) FROM log.events WHERE topic = 'stock.moved' AND position > %s", (EVENTS // 2,)
    )
    return int(position)


def test_an_event_that_always_takes_too_long_is_parked_alone(log: EventLog, views: EventLog) -> None:
    """Its view lacks this one event, within a bounded number of tries, and all views have everything else."""
    Warehouse(log).work(EVENTS)
    bad = middle_of(log)
    projector = Projector(views, slow(lambda event: event.position == bad))

    failed = run_on(projector)

    assert projector.lag() == 0
    assert TRIES <= failed < 20
    [(view, position, because)] = parked(views)
    assert (view, position, because) == ("ledger", bad, "ledger")
    assert [each.key for view in verify(views, SAMPLES) for each in view.differences] == [(bad,)]


def test_two_views_that_take_too_long_for_one_event_are_both_passed_over(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse(log).work(EVENTS)
    bad = middle_of(log)
    samples = slow(lambda event: event.position == bad)
    other = next(each for each in samples if each.name != "ledger" and "stock.moved" in each.folds)
    fold = other.folds["stock.moved"]

    def slowly(projection: Any, event: Recorded, rows: Any) -> None:
        if event.position == bad and isinstance(rows, StoredRows):
            overrun(rows)
        fold(projection, event, rows)

    monkeypatch.setattr(type(other), "folds", {**other.folds, "stock.moved": slowly})
    projector = Projector(views, samples)

    assert run_on(projector) < MOST_TRIES
    assert {position for _, position, _ in parked(views)} == {bad}
    assert {because for _, _, because in parked(views)} == {"ledger", other.name}


@pytest.mark.parametrize("tries", [1, 2, 4])
def test_an_overload_that_passes_parks_nothing(log: EventLog, views: EventLog, tries: int) -> None:
    """Everything takes too long for a while, in whatever event it begins."""
    Warehouse(log).work(EVENTS)
    left = iter(range(tries))
    projector = Projector(views, slow(lambda _: next(left, None) is not None))

    assert run_on(projector) == tries

    assert parked(views) == []
    assert [each for view in verify(views, SAMPLES) for each in view.differences] == []


def test_a_long_overload_parks_one_event_in_some_tries_at_most(log: EventLog, views: EventLog) -> None:
    """Whatever lasts through all tries of an event is taken for the event's own; the next one has its tries again."""
    Warehouse(log).work(EVENTS)
    projector = Projector(views, slow(lambda _: True))
    for _ in range(12):
        try:
            projector.run_once()
        except OperationalError:
            continue
    assert len(parked(views)) <= 12 // TRIES


def test_a_batch_that_takes_too_long_to_write_is_tried_in_smaller_parts(
    log: EventLog, views: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    Warehouse(log).work(EVENTS)
    whole, sizes = stored.write, list[int]()

    def write(cursor: Any, schema: str, table: Any, rows: Any) -> None:
        if table.name == "ledger":
            sizes.append(len(rows.changes(table, ()).added))
            if sizes[-1] > 5:
                overrun(rows)
        whole(cursor, schema, table, rows)

    monkeypatch.setattr(stored, "write", write)
    projector = Projector(views, SAMPLES)

    assert run_on(projector) < MOST_TRIES

    assert parked(views) == []
    monkeypatch.undo()
    assert [each for view in verify(views, SAMPLES) for each in view.differences] == []
