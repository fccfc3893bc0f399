"""A rebuild happens beside everything else: nobody waits for it, and nothing is missing after it."""

from __future__ import annotations

from threading import Thread
from typing import Any, ClassVar

import pytest

from projections.catalogue import ensure
from projections.engine.failures import FoldError
from projections.engine.filling import Filling
from projections.engine.projection import Projection
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.engine.views import Views
from store.log import EventLog
from tests.support.sample_views import LEDGER, SAMPLES, Balances, Labels, Ledger
from tests.support.views import Warehouse, busy, projector_log, rows_in, run_through

NAMES = [each.name for each in SAMPLES]


def test_nothing_that_four_writers_append_meanwhile_is_missing(log: EventLog, views: EventLog, database: str) -> None:
    warehouses = [Warehouse(log, seed) for seed in range(4)]
    warehouses[0].work(1_500, at_once=300)
    projector, past = Projector(views, SAMPLES), Views(log, SAMPLES)
    run_through(projector)
    counts: list[int] = []

    def read() -> None:
        with past.now() as reader:
            row = reader.fetch_one("SELECT count(*) AS rows FROM ledger JOIN parts ON true")
            counts.append(row["rows"] if row else 0)

    with projector_log(database) as other:
        works = [*(warehouse.go_on for warehouse in warehouses), projector.run_once, read]
        with busy(*works) as wrong:
            positions = [rebuild(other, SAMPLES, [name]) for name in NAMES]
        run_through(projector)
    past.close()
    assert wrong == []
    assert positions == sorted(positions)
    assert positions[-1] > 1_500
    assert counts == sorted(counts), "a reader saw rows disappear"
    assert min(counts) > 0
    verified = list(verify(views, SAMPLES))
    assert len({each.position for each in verified}) == 1
    assert [difference for each in verified for difference in each.differences] == []


def test_a_long_question_delays_the_change_over_and_not_other_readers(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(100)
    run_through(Projector(views, SAMPLES))
    done: list[int] = []
    with log.pool.transaction() as asking:
        asking.execute("SELECT count(*) FROM views.balances")
        rebuilding = Thread(target=lambda: done.append(rebuild(views, SAMPLES, ["balances"])))
        rebuilding.start()
        rebuilding.join(1)
        assert done == []
        with log.pool.transaction() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '1s'")
            cursor.execute("SELECT count(*) FROM views.balances")
    rebuilding.join()
    assert done == [100]


def test_another_shape_is_rebuilt_with_all_that_need_it(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(200)
    run_through(Projector(views, SAMPLES))

    class Ledger2(Ledger):
        version: ClassVar[int] = 2

    class Balances2(Balances):
        needs: ClassVar[tuple[Projection, ...]] = (Ledger2(),)

    parts, _, balances, labels = SAMPLES
    assert ensure(views, SAMPLES) == []
    assert ensure(views, (parts, Ledger2(), balances, labels)) == ["ledger"]
    assert ensure(views, (parts, Ledger2(), Balances2(), labels)) == ["balances"]
    assert ensure(views, SAMPLES) == ["ledger", "balances"]
    assert all(not each.differences for each in verify(views, SAMPLES))


def test_a_table_that_no_view_describes_any_more_is_dropped(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(50)
    assert ensure(views, (Labels(), Balances())) == []
    kept = rows_in(views, (Labels(), Balances()))
    assert set(kept) == {"parts", "labels", "balances"}
    names = views.pool.fetch_all("SELECT tablename FROM pg_tables WHERE schemaname LIKE 'views%' ORDER BY 1")
    assert names == [("balances",), ("labels",), ("parts",)]


def test_a_rebuild_that_fails_leaves_the_view_as_it_was(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(200)
    run_through(Projector(views, SAMPLES))
    before = rows_in(views, SAMPLES)

    class Broken(Ledger):
        pass

    def break_down(*_: Any) -> None:
        raise ZeroDivisionError

    Broken.folds = {"stock.moved": break_down}
    with pytest.raises(FoldError, match="ledger"):
        rebuild(views, [Broken()], ["ledger"])
    assert rows_in(views, SAMPLES) == before
    Warehouse(log, seed=9).work(20)
    assert run_through(Projector(views, SAMPLES)) == 20
    assert rebuild(views, SAMPLES, ["ledger"]) == 220


def test_what_a_rebuild_has_repaired_stays_repaired(log: EventLog, views: EventLog) -> None:
    warehouse, projector = Warehouse(log), Projector(views, SAMPLES)
    warehouse.work(50)
    run_through(projector)
    views.pool.execute("UPDATE views.balances SET quantity = quantity + 100")
    warehouse.work(50)
    run_through(Projector(views, SAMPLES))
    assert any(each.differences for each in verify(views, SAMPLES))
    warehouse.work(1)
    run_through(projector)
    rebuild(views, SAMPLES, ["balances"])
    warehouse.work(50)
    run_through(projector)
    assert not any(each.differences for each in verify(views, SAMPLES))


def test_when_two_bring_the_tables_up_to_date_at_once_one_does_and_one_waits(log: EventLog, database: str) -> None:
    Warehouse(log).work(500, at_once=100)
    made: list[list[str]] = []
    with projector_log(database) as one, projector_log(database) as two:
        threads = [Thread(target=lambda each=each: made.append(ensure(each, SAMPLES))) for each in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(made) == [[], NAMES]
        assert all(not each.differences for each in verify(one, SAMPLES))


def test_progress_is_told_up_to_the_end(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(300, at_once=100)
    run_through(Projector(views, SAMPLES))
    reported: list[tuple[int, int]] = []
    rebuild(views, SAMPLES, ["balances"], lambda position, head: reported.append((position, head)))
    assert reported[-1] == (300, 300)


def test_histories_are_not_kept_in_memory(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(6_000, at_once=500)
    run_through(Projector(views, SAMPLES))
    with views.pool.connection() as session, session.cursor() as cursor:
        filling = Filling(views.reader, [Ledger()], "views_next")
        waiting: list[int] = []
        filling.create(cursor)
        filling.fill(cursor, 6_000, progress=lambda *_: waiting.append(len(filling._rows.changes(LEDGER).added)))
        assert waiting == [0, 0]
        assert list(filling._rows.rows(LEDGER)) == []
        cursor.execute("SELECT (SELECT count(*) FROM views_next.ledger) = (SELECT count(*) FROM views.ledger)")
        assert cursor.fetchall() == [(True,)]
