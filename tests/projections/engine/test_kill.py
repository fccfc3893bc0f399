"""A projector that is killed at any moment loses nothing and doubles nothing."""

from __future__ import annotations

from random import Random
from time import sleep

from projections.engine import checkpoints
from projections.engine.projector import Projector
from projections.engine.verify import verify
from store.log import EventLog
from tests.support.projecting import projecting
from tests.support.sample_views import SAMPLES
from tests.support.views import Warehouse, busy, run_through

KILLS = 4


def reached(views: EventLog) -> int:
    with views.pool.connection() as session, session.cursor() as cursor:
        return min(each.position for each in checkpoints.read(cursor).values())


def test_kills_in_the_middle_of_batches_leave_no_trace(log: EventLog, views: EventLog, database: str) -> None:
    dice = Random(5)
    warehouse = Warehouse(log)
    warehouse.work(4_000, at_once=500)
    with busy(warehouse.go_on) as wrong:
        for _ in range(KILLS):
            before = reached(views)
            with projecting(database):
                while reached(views) == before:
                    sleep(0.002)
                sleep(dice.random() * 0.1)
    assert wrong == []
    run_through(Projector(views, SAMPLES))
    verified = list(verify(views, SAMPLES))
    assert {each.position for each in verified} == {warehouse.work(1) - 1}
    assert [difference for each in verified for difference in each.differences] == []
