"""Issue 8, 19: long jobs outlive the process that does them, are begun again, and never hang."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from eventsourcing.persistence import PersistenceError

from store import long_jobs
from store.long_jobs import TRIES, LongJob, ask_for, has_next_job, job, taken
from store.pool import ConnectionPool


@pytest.fixture
def asking(database: str) -> Iterator[ConnectionPool]:
    made = ConnectionPool(database, role="callout_writer", size=2)
    yield made
    made.close()


@pytest.fixture
def doing(database: str) -> Iterator[ConnectionPool]:
    made = ConnectionPool(database, role="callout_projector", size=4)
    yield made
    made.close()


def now(pool: ConnectionPool, asked: LongJob) -> LongJob:
    found = job(pool, asked.id)
    assert found is not None
    return found


def kill_whoever_does_it(database: str) -> None:
    """End the session that holds the job, as the end of its process does."""
    with_owner = ConnectionPool(database, size=1)
    with_owner.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7205114"
    )
    with_owner.close()


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(asking: ConnectionPool, doing: ConnectionPool) -> None:
    first, second = ask_for(asking, "rebuild", "stock", uuid4()), ask_for(asking, "verify", "stock", None)
    for asked in (first, second):
        with taken(doing) as found:
            assert found is not None
            assert (found.id, found.state, found.tries) == (asked.id, "running", 1)
            long_jobs.end(doing, found.id, result="{}")
    with taken(doing) as found:
        assert found is None
    assert [now(asking, asked).state for asked in (first, second)] == ["done", "done"]


def test_a_job_that_somebody_does_is_done_by_nobody_else(asking: ConnectionPool, doing: ConnectionPool) -> None:
    ask_for(asking, "rebuild", "stock", None)
    with taken(doing) as mine:
        assert mine is not None
        assert not has_next_job(doing)
        with taken(doing) as other:
            assert other is None


def test_one_job_is_done_at_a_time_however_many_workers_there_are(
    asking: ConnectionPool, doing: ConnectionPool
) -> None:
    """Issue 8, review 25: two workers did a rebuild and a verification at once, and the database bore both."""
    asked = ask_for(asking, "rebuild", "stock", None), ask_for(asking, "verify", "parts", None)
    with taken(doing) as mine:
        assert mine is not None
        assert not has_next_job(doing)
        with taken(doing) as other:
            assert other is None
        assert now(asking, asked[1]).state == "waiting"
        long_jobs.end(doing, mine.id, result="{}")
    assert has_next_job(doing)
    with taken(doing) as mine:
        assert mine is not None
        assert mine.id == asked[1].id


def test_a_job_whose_process_was_killed_is_begun_again_and_failed_in_the_end(
    database: str, asking: ConnectionPool, doing: ConnectionPool
) -> None:
    asked = ask_for(asking, "rebuild", "stock", None)
    for number in range(1, TRIES + 1):
        assert has_next_job(doing)
        with suppress(PersistenceError), taken(doing) as found:
            assert found is not None
            assert found.tries == number
            kill_whoever_does_it(database)
        assert now(asking, asked).state == "running"
    with taken(doing) as found:
        assert found is None

    left = now(asking, asked)
    assert (left.state, left.result) == ("failed", None)
    assert left.problem is not None
    assert left.ended_at is not None
    assert not has_next_job(doing)
    assert ask_for(asking, "rebuild", "stock", None).id != asked.id


def test_progress_is_written_down_at_the_beginning_and_at_the_end(
    asking: ConnectionPool, doing: ConnectionPool
) -> None:
    asked = ask_for(asking, "verify", "stock", None)
    progress = long_jobs.Progress(doing, asked.id)
    progress(10, 1_000)
    begun = now(asking, asked)
    progress(11, 1_000)  # so soon after the other it is not worth a statement
    same = now(asking, asked)
    progress(1_000, 1_000)
    assert [(each.done, each.total) for each in (begun, same, now(asking, asked))] == [
        (10, 1_000),
        (10, 1_000),
        (1_000, 1_000),
    ]


def test_jobs_that_ended_a_week_ago_are_forgotten(database: str, asking: ConnectionPool, doing: ConnectionPool) -> None:
    asked, other = ask_for(asking, "verify", "stock", None), ask_for(asking, "verify", "parts", None)
    long_jobs.end(doing, asked.id, problem="It could not be done.")
    owner = ConnectionPool(database, size=1)
    owner.execute("UPDATE log.jobs SET ended_at = now() - interval '8 days' WHERE ended_at IS NOT NULL")
    owner.close()
    with asking.transaction() as cursor:
        long_jobs.forget_jobs(cursor)
    assert job(asking, asked.id) is None
    assert job(asking, other.id) is not None
