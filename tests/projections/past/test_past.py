"""The past, asked in different ways, gives one answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain.kernel.instant import now
from projections.engine.memory import MemoryRows
from projections.engine.projector import Projector
from projections.engine.reader import Reader
from projections.engine.rebuild import rebuild
from projections.engine.replay import Replay
from projections.engine.table import Table
from projections.engine.views import Views
from store.log import EventLog
from tests.support.logs import read
from tests.support.sample_views import BALANCES, LABELS, LEDGER, SAMPLES
from tests.support.views import Warehouse, later, run_through

Answer = dict[str, list[dict[str, Any]]]
TABLES = (LEDGER, BALANCES, LABELS)


@pytest.fixture
def past(views: EventLog) -> Iterator[Views]:
    """Who answers questions to the views."""
    made = Views(views, SAMPLES)
    yield made
    made.close()


def asked(reader: Reader) -> Answer:
    return {
        table.name: reader.fetch_all(f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}")  # noqa: S608
        for table in TABLES
    }


def folded(log: EventLog, known_at: int, as_of: datetime | None = None) -> Answer:
    """The rows as a fold of the events chosen in Python gives them."""
    replay = Replay(SAMPLES)
    rows = MemoryRows(replay.tables)
    events = [each for each in read(log) if each.position <= known_at and (as_of is None or each.occurred_at <= as_of)]
    replay.fold(events, rows)
    replay.finish(rows, known_at)
    return {table.name: sorted(held(rows, table), key=table.key_of) for table in TABLES}


def held(rows: MemoryRows, table: Table) -> list[dict[str, Any]]:
    return rows.changes(table).added if table.append_only else list(rows.rows(table))


def test_what_was_known_then_is_what_the_views_showed_then(log: EventLog, views: EventLog, past: Views) -> None:
    warehouse, projector, dice = Warehouse(log), Projector(views, SAMPLES), Random(7)
    shown: dict[int, Answer] = {}
    position = 0
    for _ in range(8):
        position += (step := dice.randrange(1, 60))
        assert warehouse.work(step, at_once=step) == position
        run_through(projector)
        with past.now() as reader:
            shown[reader.position] = asked(reader)
    assert list(shown)[-1] == position
    for at, answer in shown.items():
        with past.at(SAMPLES, known_at=at) as reader:
            assert asked(reader) == answer
        assert folded(log, at) == answer


def test_what_had_happened_by_then_is_a_fold_of_just_that(log: EventLog, past: Views) -> None:
    Warehouse(log).work(200)
    for known_at, seconds in ((200, 5_000), (120, 5_000), (120, 20_000), (200, -1), (0, 20_000), (37, 900)):
        with past.at(SAMPLES, known_at=known_at, as_of=later(seconds)) as reader:
            assert asked(reader) == folded(log, known_at, later(seconds))


def test_the_same_question_has_the_same_answer_after_more_news(log: EventLog, past: Views) -> None:
    warehouse = Warehouse(log)
    warehouse.work(100)
    with past.at(SAMPLES, known_at=100, as_of=later(5_000)) as reader:
        before = asked(reader)
    warehouse.work(100)
    with past.at(SAMPLES, known_at=100, as_of=later(5_000)) as reader:
        assert asked(reader) == before
    with past.at(SAMPLES, as_of=later(5_000)) as reader:
        assert reader.position == 200
        assert asked(reader) != before


def test_after_a_question_about_the_past_the_present_is_the_present(
    log: EventLog, views: EventLog, past: Views
) -> None:
    Warehouse(log).work(100)
    run_through(Projector(views, SAMPLES))
    with past.now() as reader:
        present = asked(reader)

    def look_back_and_fail() -> None:
        with past.at(SAMPLES, known_at=10) as reader:
            assert asked(reader) != present
            raise ZeroDivisionError

    for _ in range(views.pool.size + 1):
        with pytest.raises(ZeroDivisionError):
            look_back_and_fail()
        with past.now() as reader:
            assert asked(reader) == present


def test_a_view_can_be_looked_back_at_while_it_is_rebuilt(log: EventLog, views: EventLog, past: Views) -> None:
    Warehouse(log).work(100)
    run_through(Projector(views, SAMPLES))
    with past.at(SAMPLES, known_at=50) as reader:
        before = asked(reader)
        rebuild(views, SAMPLES, ["balances", "labels"])
        assert asked(reader) == before


def test_an_instant_is_the_last_position_recorded_by_then(log: EventLog, past: Views) -> None:
    warehouse = Warehouse(log)
    begun = now()
    warehouse.work(20, at_once=20)
    between = now()
    warehouse.work(20, at_once=5)
    assert past.position_at(begun - timedelta(seconds=1)) == 0
    assert past.position_at(between) == 20
    assert past.position_at(now()) == 40
    [(recorded_at,)] = log.pool.fetch_all("SELECT recorded_at FROM log.events WHERE position = 26")
    assert past.position_at(recorded_at) == 30
    assert past.position_at(recorded_at - timedelta(microseconds=1)) == 25
