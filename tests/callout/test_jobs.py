"""The rules of scheduled jobs: once a slot, whoever tries; a failure leaves the slot free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

import pytest
from eventsourcing.persistence import PersistenceError

from callout.assembly import Application
from callout.jobs import Job, forget_slots, run, scheduler
from callout.worker import jobs, work
from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from store.connecting import Cursor
from store.housekeeping import forget_expired
from tests.support.processes import eventually

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOURLY = timedelta(hours=1)


def count(cursor: Cursor) -> None:
    """Work that leaves a trace for each time it is done."""
    cursor.execute("INSERT INTO access.secrets (name, value) VALUES (%s, '')", (str(uuid4()),))


def times(application: Application) -> int:
    [(times,)] = application.services.log.pool.fetch_all("SELECT count(*) FROM access.secrets WHERE value = ''")
    return int(times)


def test_of_many_schedulers_one_does_the_job_of_a_slot(application: Application) -> None:
    job, pool = Job("count", HOURLY, count), application.services.log.pool

    with ThreadPoolExecutor(4) as many:
        done = list(many.map(lambda late: run(job, pool, NOON + timedelta(minutes=late)), range(0, 60, 5)))

    assert sum(done) == times(application) == 1
    assert run(job, pool, NOON + HOURLY)
    assert times(application) == 2


def test_a_job_that_fails_leaves_nothing_and_its_slot_free(application: Application) -> None:
    pool, failing = application.services.log.pool, [True, False]

    def fail_once(cursor: Cursor) -> None:
        count(cursor)
        if failing.pop(0):
            cursor.execute("SELECT 1 / 0")

    job = Job("count", HOURLY, fail_once)
    with pytest.raises(PersistenceError):
        run(job, pool, NOON)

    assert times(application) == 0
    assert run(job, pool, NOON)
    assert times(application) == 1


def test_a_scheduler_runs_each_job_at_the_beginning_of_its_slots(application: Application) -> None:
    timetable = scheduler([Job("count", timedelta(seconds=1), count)], application.services.log.pool)
    timetable.start()
    try:
        eventually(lambda: times(application) >= 2)
    finally:
        timetable.shutdown()

    slots = application.services.log.pool.fetch_all("SELECT slot FROM log.job_slots WHERE job = 'count'")
    assert len(slots) == times(application)
    assert all(slot.microsecond == 0 for (slot,) in slots)


def test_sessions_and_old_slots_are_forgotten_in_time(application: Application) -> None:
    pool, long_ago = application.services.log.pool, datetime.now(UTC) - timedelta(days=30)
    application.services.access.begin_session(uuid4())
    kept, ended = "SELECT count(*) FROM access.sessions", "UPDATE access.sessions SET expires_at = now()"

    run(Job("expired", HOURLY, forget_expired), pool, long_ago)
    assert pool.fetch_one(kept) == (1,)
    pool.execute(ended)
    run(Job("expired", HOURLY, forget_expired), pool, long_ago + HOURLY)
    assert pool.fetch_one(kept) == (0,)

    run(Job("slots", HOURLY, forget_slots), pool, datetime.now(UTC))
    assert [job for (job,) in pool.fetch_all("SELECT job FROM log.job_slots")] == ["slots"]


def test_each_job_of_the_house_can_be_done(application: Application) -> None:
    for job in jobs(application):
        assert run(job, application.services.log.pool, datetime.now(UTC))


def test_a_worker_keeps_the_views_up_and_destroys_the_keys_of_the_erased(application: Application) -> None:
    stop = Event()
    worker = Thread(target=work, args=(application, stop))
    worker.start()
    try:
        customer = Customer.register(id=uuid4(), name="Viktor Blum")
        customer.erase()
        recorded = application.services.log.work()
        recorded.add(Envelope(occurred_at=NOON), customer)
        recorded.commit()

        eventually(lambda: application.services.views.position() == 2)
        eventually(lambda: not application.keyring.opening_keys([customer.id]))
    finally:
        stop.set()
        worker.join(20)

    assert not worker.is_alive()
