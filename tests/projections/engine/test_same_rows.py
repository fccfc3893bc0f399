"""Live, rebuilt, verified and dated: one fold, so the same rows."""

from __future__ import annotations

from projections.catalogue import ensure
from projections.engine.projector import Projector
from projections.engine.rebuild import rebuild
from projections.engine.verify import verify
from projections.engine.views import Views
from store.log import EventLog
from tests.support.sample_views import SAMPLES
from tests.support.views import Warehouse, rows_in, run_through

NAMES = [each.name for each in SAMPLES]


def test_a_rebuild_gives_the_rows_that_the_projector_had_kept(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(2_500, at_once=100)
    assert run_through(Projector(views, SAMPLES)) == 2_500
    live = rows_in(views, SAMPLES)
    assert rebuild(views, SAMPLES, NAMES) == 2_500
    assert rows_in(views, SAMPLES) == live
    assert all(live.values())


def test_the_size_of_batches_leaves_no_trace(log: EventLog, views: EventLog) -> None:
    warehouse, projector = Warehouse(log), Projector(views, SAMPLES)
    for _ in range(30):
        warehouse.work(7)
        run_through(projector)
    little_by_little = rows_in(views, SAMPLES)
    rebuild(views, SAMPLES, NAMES)
    assert rows_in(views, SAMPLES) == little_by_little


def test_verification_finds_nothing_where_nothing_is_wrong(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(1_200, at_once=100)
    run_through(Projector(views, SAMPLES))
    verified = list(verify(views, SAMPLES))
    assert [each.name for each in verified] == NAMES
    assert {each.position for each in verified} == {1_200}
    assert [difference for each in verified for difference in each.differences] == []
    counted = {table: count for each in verified for table, count in each.rows.items()}
    assert counted == {table: len(rows) for table, rows in rows_in(views, SAMPLES).items()}


def test_the_past_at_the_last_position_is_the_present(log: EventLog, views: EventLog) -> None:
    Warehouse(log).work(600, at_once=50)
    run_through(Projector(views, SAMPLES))
    past = Views(views, SAMPLES)
    for table in ("parts", "ledger", "balances", "labels"):
        question = f"SELECT t::text AS row FROM {table} t ORDER BY 1"  # noqa: S608
        with past.now() as reader:
            now = reader.fetch_all(question)
        with past.at(SAMPLES, known_at=600) as reader:
            assert reader.fetch_all(question) == now
            assert reader.position == 600
    past.close()


def test_a_projection_begun_late_has_what_happened_before(log: EventLog, views: EventLog) -> None:
    views.pool.execute("DROP TABLE views.labels")
    views.pool.execute("DELETE FROM log.checkpoints WHERE name = 'labels'")
    Warehouse(log).work(300, at_once=50)
    run_through(Projector(views, SAMPLES))
    assert ensure(views, SAMPLES) == ["labels"]
    late = rows_in(views, SAMPLES)
    assert late["labels"]
    rebuild(views, SAMPLES, NAMES)
    assert rows_in(views, SAMPLES) == late
