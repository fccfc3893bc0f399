"""Issue 8, 19: reads of the past have processes, a queue and limits of their own, and delay no other requests."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing import Pipe
from threading import Thread
from uuid import uuid4

import pytest
from eventsourcing.persistence import OperationalError

from domain.access.user import User
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.kernel.problem import Problem
from domain.work.technician import Technician
from projections.engine.views import Views
from projections.past import place as past_place
from projections.past.desk import BUSY_SECONDS, PastDesk
from projections.past.place import PastBusy, PastProcess, QuestionTooLarge, QuestionTooLong, StillFolding
from store.log import EventLog
from store.pool import ConnectionPool
from tests.support.logs import NOON
from tests.support.sample_views import SAMPLES
from tests.support.threaded_past import ThreadedPast
from tests.support.views import Warehouse, later


@pytest.fixture
def tellers(database: str) -> Iterator[ConnectionPool]:
    pool = ConnectionPool(database, role="callout_reader", size=4)
    yield pool
    pool.close()


@pytest.fixture
def office(log: EventLog, tellers: ConnectionPool) -> Iterator[ThreadedPast]:
    Warehouse(log).work(100)
    made = ThreadedPast(log, tellers)
    yield made
    made.close()


def expected(office: ThreadedPast, known_at: int, as_of: datetime | None = None) -> int:
    with office.present.at(SAMPLES, known_at, as_of) as reader:
        return int(reader.fetch_all("SELECT count(*) AS many FROM ledger")[0]["many"])


def test_the_desk_answers_what_a_fold_in_this_process_answers(office: ThreadedPast) -> None:
    for known_at, as_of in ((100, None), (37, None), (100, later(5_000)), (0, None), (1_000_000, None)):
        assert office.count(known_at, as_of) == expected(office, known_at, as_of)
    assert office.count() == expected(office, 100)


def test_further_pages_of_a_question_use_its_fold(office: ThreadedPast) -> None:
    for _ in range(5):
        office.count(60)
    assert (office.slow.begun, office.started) == (1, 1)
    office.count(61)
    assert (office.slow.begun, office.started) == (2, 1)


@pytest.mark.parametrize("who", ["customer", "technician", "user"])
def test_an_erasure_in_between_makes_a_fold_useless(office: ThreadedPast, log: EventLog, who: str) -> None:
    """Issue 8, 24: a forgotten employee stayed readable in a fold that was kept."""
    office.count(60)
    person: Customer | Technician | User
    if who == "customer":
        person = Customer.register(id=uuid4(), name="Ada", phones=(), language="de")
    elif who == "technician":
        person = Technician.register(id=uuid4(), name="Ada", zone="Europe/Berlin", language="de")
        person.deactivate()
    else:
        person = User.register(id=uuid4(), login="ada", name="Ada", roles=("dispatcher",))
    person.erase()
    work = log.work()
    work.add(Envelope(occurred_at=NOON), person)
    work.commit()
    office.count(60)
    assert office.slow.begun == 2


def test_with_all_places_taken_one_more_is_told_when_to_come_back_and_nobody_else_notices(
    office: ThreadedPast, tellers: ConnectionPool
) -> None:
    office.slow.go.clear()
    office.desk._patience = 20
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(office.count, 50 + number) for number in range(3)]
        while office.desk._waiting < 2:
            pass
        with pytest.raises(PastBusy) as refused:
            office.count(99)
        assert refused.value.members["retry_after"] == BUSY_SECONDS
        ordinary = office.present._pool
        assert ordinary.in_use == 0, "whoever asks about the past holds none of the others' connections"
        assert tellers.in_use <= 1
        with office.present.now() as reader:
            assert reader.fetch_one("SELECT 1 AS one") == {"one": 1}
        office.slow.go.set()
        assert [each.result() for each in asked] == [expected(office, 50 + number) for number in range(3)]


def test_whoever_waited_too_long_in_line_is_told_so(office: ThreadedPast) -> None:
    office.slow.go.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(office.count, 10)
        while not office.slow.begun:
            pass
        with pytest.raises(PastBusy):
            office.count(20)
        assert isinstance(first.exception(), StillFolding)


def test_a_fold_that_takes_longer_than_one_waits_goes_on_for_whoever_asks_again(office: ThreadedPast) -> None:
    office.slow.go.clear()
    with pytest.raises(StillFolding) as refusal:
        office.count(70)
    assert int(str(refusal.value.members["retry_after"])) >= 1
    office.slow.go.set()
    assert office.count(70) == expected(office, 70)
    assert office.slow.begun == 1


def test_others_get_the_place_of_a_fold_for_which_nobody_comes_back(
    office: ThreadedPast, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.slow.go.clear()
    with pytest.raises(StillFolding):
        office.count(70)
    office.slow.go.set()
    with pytest.raises(PastBusy):
        office.count(71)
    monkeypatch.setattr(past_place, "KEPT_SECONDS", 0.0)
    assert office.count(71) == expected(office, 71)


@pytest.mark.parametrize(
    ("failure", "problem"), [(MemoryError(), QuestionTooLarge), (LookupError("x"), OperationalError)]
)
def test_what_goes_wrong_is_told_to_its_asker_and_the_next_question_is_answered(
    office: ThreadedPast, failure: BaseException, problem: type[Exception]
) -> None:
    office.slow.fails = failure
    with pytest.raises(problem):
        office.count(30)
    assert (office.started, office.ended) == (1, 1)
    office.slow.fails = None
    assert office.count(30) == expected(office, 30)
    assert (office.started, office.ended) == (2, 1)


@pytest.mark.parametrize(("seconds", "problem"), [(0.0, QuestionTooLong), (300.0, OperationalError)])
def test_a_process_that_ends_within_a_fold_was_too_late_or_was_killed(
    log: EventLog, seconds: float, problem: type[Problem]
) -> None:
    Warehouse(log).work(10)

    def start() -> PastProcess:
        ours, theirs = Pipe()

        def read_and_die() -> None:
            theirs.recv()
            theirs.close()

        Thread(target=read_and_die).start()
        return PastProcess(ours, lambda: None)

    views = Views(log, SAMPLES)
    desk = PastDesk(views, start, seconds=seconds)
    with pytest.raises(problem), desk.at(SAMPLES, 5):
        raise AssertionError("nothing was folded")
    desk.close()
    views.close()


def test_a_query_that_fails_is_told_and_takes_only_its_own_process_along(office: ThreadedPast) -> None:
    with pytest.raises(OperationalError), office.desk.at(SAMPLES, 50) as reader:
        reader.fetch_all("SELECT nonsense")
    assert office.count(50) == expected(office, 50)
