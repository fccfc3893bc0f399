"""The connection pool: it waits, keeps transactions apart, and starts empty in a forked child."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg2
import pytest
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError, ProgrammingError

from store.errors import PoolExhaustedError
from store.pool import ConnectionPool


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


def test_the_connection_used_last_is_lent_first(pool: ConnectionPool) -> None:
    with pool.connection() as first, pool.connection():
        used_last = first.info.backend_pid
    assert backend(pool) == used_last
    assert backend(pool) == used_last


def test_more_threads_than_connections_wait_for_their_turn(pool: ConnectionPool) -> None:
    answers: list[tuple[int, ...]] = []

    def ask() -> None:
        for _ in range(5):
            answers.extend(pool.fetch_all("SELECT pg_backend_pid() FROM pg_sleep(0.002)"))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 60
    assert len(set(answers)) <= 2


def test_waiting_for_a_connection_ends(database: str) -> None:
    pool = ConnectionPool(database, size=1, timeout=0.05)
    with pool.connection(), pytest.raises(PoolExhaustedError), pool.connection():
        pass
    with pool.connection():
        pass
    pool.close()


def test_a_connection_speaks_utc_finds_our_schemas_and_acts_in_its_role(database: str) -> None:
    pool = ConnectionPool(database, role="pg_monitor", search_path="keys, public", statement_timeout=1.5)
    with pool.transaction() as cursor:
        cursor.execute(
            "SELECT current_user, current_setting('timezone'), current_setting('search_path'),"
            " current_setting('statement_timeout'), current_setting('transaction_isolation')"
        )
        assert cursor.fetchone() == ("pg_monitor", "UTC", "keys, public", "1500ms", "read committed")
    pool.close()


def test_an_unknown_role_is_refused_and_takes_no_place(database: str) -> None:
    pool = ConnectionPool(database, role="nobody_here", size=1, timeout=0.05)
    for _ in range(3):
        with pytest.raises(OperationalError, match="nobody_here"):
            pool.fetch_one("SELECT 1")
    pool.close()


def test_a_transaction_is_kept_whole_or_not_at_all(pool: ConnectionPool) -> None:
    with pool.transaction() as cursor:
        cursor.execute("INSERT INTO part VALUES (1)")

    def change_the_mind() -> None:
        with pool.transaction() as cursor:
            cursor.execute("INSERT INTO part VALUES (2)")
            raise KeyError

    with pytest.raises(KeyError):
        change_the_mind()
    assert pool.fetch_all("SELECT id FROM part") == [(1,)]


def test_a_transaction_that_swallowed_a_failure_does_not_pass_for_committed(pool: ConnectionPool) -> None:
    def swallow_a_failure() -> None:
        with pool.transaction() as cursor:
            cursor.execute("INSERT INTO part VALUES (1)")
            with suppress(psycopg2.Error):
                cursor.execute("SELECT 1 / 0")

    with pytest.raises(OperationalError, match="rolled back"):
        swallow_a_failure()
    assert pool.fetch_all("SELECT id FROM part") == []


def test_an_open_transaction_is_not_lent_on(pool: ConnectionPool) -> None:
    with pool.connection() as lent, lent.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO part VALUES (1)")
    with pool.connection() as lent, lent.cursor() as cursor:
        lent.autocommit = False
        cursor.execute("INSERT INTO part VALUES (2)")
    with pool.connection() as lent:
        assert lent.autocommit
    assert pool.fetch_all("SELECT id FROM part") == []


def test_errors_are_those_of_the_event_sourcing_library_and_quote_nobody(pool: ConnectionPool) -> None:
    with pytest.raises(ProgrammingError):
        pool.fetch_all("SELECT nothing")
    pool.execute("CREATE TABLE public.person (name text UNIQUE)")
    pool.execute("INSERT INTO person VALUES (%s)", ("Ada",))
    with pytest.raises(IntegrityError, match="person_name_key") as refused:
        pool.execute("INSERT INTO person VALUES (%s)", ("Ada",))
    assert "Ada" not in str(refused.value)


def test_a_forked_child_opens_its_own_connections(pool: ConnectionPool) -> None:
    with ExitStack() as lent_in_parent:
        lent = lent_in_parent.enter_context(pool.connection()).info.backend_pid
        idle = backend(pool)
        child = os.fork()
        if child == 0:
            try:
                lent_in_parent.close()
                with pool.connection() as one, pool.connection() as two:
                    mine = {one.info.backend_pid, two.info.backend_pid}
                os._exit(0 if not mine & {lent, idle} else 2)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with pool.connection() as one, pool.connection() as two:
        assert {one.info.backend_pid, two.info.backend_pid} == {lent, idle}


def test_a_closed_pool_lends_nothing_and_leaves_no_session(database: str) -> None:
    watcher = ConnectionPool(database)
    pool = ConnectionPool(database, size=3)
    with pool.connection():
        pool.fetch_one("SELECT 1")
        pool.close()
    with pytest.raises(InterfaceError), pool.connection():
        pass
    for _ in range(100):
        if watcher.fetch_one("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == (1,):
            break
        time.sleep(0.01)
    else:
        pytest.fail("a session of the closed pool is still there")
    watcher.close()
