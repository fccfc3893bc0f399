"""The connection pool under faults: it heals unseen where it may, and never guesses about a commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError

from store.errors import OutcomeUnknownError
from store.pool import ConnectionPool
from tests.support.databases import run


@pytest.fixture
def pool(database: str) -> Iterator[ConnectionPool]:
    pool = ConnectionPool(database, size=2, timeout=5)
    pool.execute("CREATE TABLE public.part (id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)")
    yield pool
    pool.close()


def backend(pool: ConnectionPool) -> int:
    row = pool.fetch_one("SELECT pg_backend_pid()")
    assert row
    return int(row[0])


def end_other_sessions(dsn: str) -> None:
    """Cut every connection to the database but the one that does the cutting."""
    run(
        dsn,
        "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )


def test_idle_connections_cut_by_the_server_are_replaced_unseen(pool: ConnectionPool, database: str) -> None:
    with pool.connection(), pool.connection():
        pass
    before = backend(pool)
    end_other_sessions(database)
    pool.execute("INSERT INTO part VALUES (1)")
    with pool.transaction() as cursor:
        cursor.execute("INSERT INTO part VALUES (2)")
    assert pool.fetch_all("SELECT id FROM part ORDER BY id") == [(1,), (2,)]
    assert backend(pool) != before


def test_a_read_that_loses_its_connection_is_asked_again(pool: ConnectionPool, database: str) -> None:
    cutter = threading.Timer(0.3, end_other_sessions, (database,))
    cutter.start()
    began = time.monotonic()
    assert pool.fetch_all("SELECT 7 FROM pg_sleep(0.6)") == [(7,)]
    assert time.monotonic() - began > 0.8
    cutter.join()


def test_a_write_that_loses_its_connection_has_an_unknown_outcome(pool: ConnectionPool, database: str) -> None:
    cutter = threading.Timer(0.2, end_other_sessions, (database,))
    cutter.start()
    with pytest.raises(OutcomeUnknownError):
        pool.execute("INSERT INTO part SELECT 1 FROM pg_sleep(5)")
    cutter.join()


def test_a_commit_that_loses_its_connection_has_an_unknown_outcome(pool: ConnectionPool, database: str) -> None:
    def lose_it_at_the_end() -> None:
        with pool.transaction() as cursor:
            cursor.execute("INSERT INTO part VALUES (1)")
            end_other_sessions(database)

    with pytest.raises(OutcomeUnknownError):
        lose_it_at_the_end()
    pool.execute("INSERT INTO part VALUES (2)")


def test_a_transaction_that_loses_its_connection_before_commit_has_failed(pool: ConnectionPool, database: str) -> None:
    def lose_it_halfway() -> None:
        with pool.transaction() as cursor:
            end_other_sessions(database)
            cursor.execute("INSERT INTO part VALUES (1)")

    with pytest.raises(OperationalError) as lost:
        lose_it_halfway()
    assert not isinstance(lost.value, OutcomeUnknownError)


def test_a_commit_refused_by_a_constraint_has_failed_for_sure(pool: ConnectionPool) -> None:
    pool.execute("INSERT INTO part VALUES (1)")
    with pytest.raises(IntegrityError), pool.transaction() as cursor:
        cursor.execute("INSERT INTO part VALUES (1)")


def test_a_commit_no_standby_confirmed_has_an_unknown_outcome(pool: ConnectionPool) -> None:
    raise_warning = "DO $$ BEGIN RAISE WARNING 'canceling wait for synchronous replication due to user request'; END $$"
    with pytest.raises(OutcomeUnknownError, match="standby"):
        pool.execute(raise_warning)
    assert pool.fetch_one("SELECT 1") == (1,)


def test_a_connection_that_rested_too_long_is_tried_before_it_is_lent(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.pool.is_silent", lambda _: True)  # as when a firewall forgot the connection
    trusting, careful = ConnectionPool(database, check_after=30), ConnectionPool(database, check_after=0)
    for pool in (trusting, careful):
        pool.fetch_one("SELECT 1")
    end_other_sessions(database)
    with pytest.raises(OutcomeUnknownError):
        trusting.execute("SELECT 1")
    assert careful.execute("SELECT 1") == [(1,)]
    trusting.close()
    careful.close()
