"""A waiting request is woken when a document of its slice has changed, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from domain.stock.part import Part, PartName
from domain.work.technician import Technician
from projections.documents.documents import Documents
from projections.documents.watch import Watch
from tests.support.databases import run
from tests.support.projected_log import ProjectedLog, projected_log_on

LONG = 20.0
KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
)


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made


def hired(projected: ProjectedLog) -> Technician:
    person = Technician.register(id=uuid4(), name="Anna", zone="Europe/Berlin", language="de")
    record(projected, person)
    return person


def record(projected: ProjectedLog, *entities: Technician | Part) -> int:
    position = projected.record(*entities)
    projected.rows()
    return position


def waiting(watch: Watch, pool: ThreadPoolExecutor, technician: UUID, after: int) -> Future[int | None]:
    """Somebody who has begun to wait."""
    before = watch.waiting
    found = pool.submit(watch.wait, technician, after, LONG)
    deadline = monotonic() + LONG
    while watch.waiting == before and not found.done():
        assert monotonic() < deadline
        sleep(0.01)
    return found


def test_what_is_there_already_is_told_at_once_and_what_was_seen_is_no_news(projected: ProjectedLog) -> None:
    anna = hired(projected)
    watch = Watch(projected.past)
    assert watch.wait(anna.id, 0, LONG) == projected.log.head()
    assert watch.wait(anna.id, projected.log.head(), 0) is None
    assert watch.wait(uuid4(), 0, LONG) == projected.log.head()  # the code lists are everybody's
    assert watch.waiting == 0


def test_only_those_are_woken_whose_slice_has_changed(projected: ProjectedLog, pool: ThreadPoolExecutor) -> None:
    anna, ben = hired(projected), hired(projected)
    watch, head = Watch(projected.past), projected.log.head()
    annas, bens = waiting(watch, pool, anna.id, head), waiting(watch, pool, ben.id, head)

    anna.deactivate()
    position = record(projected, anna)

    assert annas.result(LONG) == position
    assert not bens.done()
    ben.deactivate()
    position = record(projected, ben)
    assert bens.result(LONG) == position


def test_what_all_share_wakes_everybody_up(projected: ProjectedLog, pool: ThreadPoolExecutor) -> None:
    hired(projected)
    watch, head = Watch(projected.past), projected.log.head()
    everybody = [waiting(watch, pool, uuid4(), head) for _ in range(5)]
    position = record(projected, Part.register(id=uuid4(), number="P-1", names=(PartName("en", "Pump"),), unit="piece"))
    assert [each.result(LONG) for each in everybody] == [position] * 5


def test_news_that_came_while_nobody_waited_is_not_missed(projected: ProjectedLog) -> None:
    anna = hired(projected)
    watch, head = Watch(projected.past), projected.log.head()
    assert watch.wait(anna.id, head, 0) is None
    anna.deactivate()
    position = record(projected, anna)
    assert watch.wait(anna.id, head, LONG) == position


def test_a_cut_connection_delays_news_and_loses_none(
    projected: ProjectedLog, pool: ThreadPoolExecutor, database: str
) -> None:
    anna = hired(projected)
    watch = Watch(projected.past)
    found = waiting(watch, pool, anna.id, projected.log.head())
    run(database, KILL)
    anna.deactivate()
    position = record(projected, anna)
    assert found.result(LONG) == position


def test_a_log_that_begins_again_with_lower_positions_is_seen(projected: ProjectedLog, database: str) -> None:
    anna = hired(projected)
    watch = Watch(projected.past)
    assert watch.wait(anna.id, 0, LONG) == projected.log.head()
    run(
        database,
        "UPDATE log.checkpoints SET position = 1",
        "UPDATE views.document_digests SET position = 1",
        "SELECT pg_notify('views', '1')",
    )
    watch._look(anew=True)
    assert watch.wait(anna.id, 1, 0) is None
    assert watch.wait(anna.id, 0, LONG) == 1


def test_many_who_begin_to_wait_ask_once(
    projected: ProjectedLog, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ask = hired(projected), projected.past.ask
    asked: list[object] = []

    def counted(sql: str, params: Any) -> Any:
        asked.append(params)
        return ask(sql, params)

    monkeypatch.setattr(projected.past, "ask", counted)
    watch, head = Watch(projected.past), projected.log.head()
    everybody = [pool.submit(watch.wait, anna.id, head, 0.0) for _ in range(50)]
    assert [each.result(LONG) for each in everybody] == [None] * 50
    assert 1 <= len(asked) <= 5  # and once more for each wake-up that came meanwhile


def test_a_database_that_is_away_for_a_moment_is_asked_again(
    projected: ProjectedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, watch = hired(projected), Watch(projected.past)

    def away(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(projected.past, "ask", away)
        with pytest.raises(OperationalError):
            watch.wait(anna.id, 0, LONG)
    assert watch.waiting == 0
    assert watch.wait(anna.id, 0, LONG) == projected.log.head()


def test_at_the_end_nobody_waits_on(projected: ProjectedLog, pool: ThreadPoolExecutor) -> None:
    anna = hired(projected)
    watch = Watch(projected.past)
    found = waiting(watch, pool, anna.id, projected.log.head())
    projected.past.close()
    assert found.result(LONG) is None
