"""The embedded PostgreSQL: one server for all who ask, which no crash, race or left-over file confuses."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from store.embedded import EmbeddedPostgres, ServerStatus
from store.embedded.account import owner_of
from store.errors import EmbeddedPostgresError
from tests.support.servers import ask, state_folder

STARTER = """
import sys, pathlib
from store.embedded import EmbeddedPostgres
server = EmbeddedPostgres(pathlib.Path(sys.argv[1]))
server.start()
print(server.started, server.status().pid)
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    with state_folder() as state:
        yield state


@pytest.fixture
def state() -> Iterator[Path]:
    with state_folder() as state:
        yield state


def pid_of(state: Path) -> int:
    pid = EmbeddedPostgres(state).status().pid
    assert pid
    return pid


def test_the_server_is_started_once_and_joined_by_the_rest(shared: Path) -> None:
    one, two = EmbeddedPostgres(shared), EmbeddedPostgres(shared)
    dsn = one.start()
    pid = pid_of(shared)
    assert (two.start(), two.started, pid_of(shared)) == (dsn, False, pid)
    assert ask(dsn, "SELECT current_user::text, current_database()::text") == [("callout", "callout")]


def test_an_embedded_server_keeps_what_it_confirms_and_listens_on_no_network(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    settings = dict(ask(dsn, "SELECT name, setting FROM pg_settings"))
    assert [settings[name] for name in ("fsync", "full_page_writes", "synchronous_commit")] == ["on", "on", "on"]
    assert settings["listen_addresses"] == ""
    assert settings["TimeZone"] == "UTC"


def test_names_are_compared_as_people_read_them(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    assert ask(dsn, "SELECT lower('ÄRGER'), 'é' ILIKE 'É'") == [("ärger", True)]


def test_only_the_servers_user_and_root_reach_its_socket(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    host = Path(psycopg2.extensions.parse_dsn(dsn)["host"])
    assert host.stat().st_mode & 0o777 == 0o700
    rules = ask(dsn, "SELECT type, user_name::text[], auth_method FROM pg_hba_file_rules ORDER BY line_number")
    assert rules == [("local", ["callout"], "peer"), ("local", ["all"], "scram-sha-256")]


def test_a_stranger_who_listens_at_the_socket_is_not_spoken_to(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    with pytest.raises(psycopg2.OperationalError, match="requirepeer"):
        ask(psycopg2.extensions.make_dsn(dsn, requirepeer="somebody_else"), "SELECT 1")


def test_the_servers_log_does_not_quote_statements_or_rows(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    ask(dsn, "CREATE TABLE person (name text UNIQUE)")
    ask(dsn, "INSERT INTO person VALUES ('Ada Lovelace')")
    with pytest.raises(psycopg2.IntegrityError):
        ask(dsn, "INSERT INTO person VALUES ('Ada Lovelace')")
    log = (shared / "postgres" / "postgres.log").read_text()
    assert "person_name_key" in log
    assert "Lovelace" not in log


def test_the_server_outlives_the_terminal_it_was_started_from(shared: Path) -> None:
    EmbeddedPostgres(shared).start()
    assert os.getsid(pid_of(shared)) != os.getsid(0)


def test_a_killed_server_comes_back_with_all_it_confirmed(shared: Path) -> None:
    dsn = EmbeddedPostgres(shared).start()
    ask(dsn, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
    killed = pid_of(shared)

    os.kill(killed, signal.SIGKILL)

    again = EmbeddedPostgres(shared)
    assert ask(again.start(), "SELECT count(*), max(id) FROM kept") == [(1000, 1000)]
    assert again.started
    assert pid_of(shared) != killed


def test_a_left_over_pid_file_that_names_somebody_else_is_seen_through(shared: Path) -> None:
    server = EmbeddedPostgres(shared)
    server.start()
    data = server.status().data
    assert data
    server.stop()
    account = owner_of(data)
    stranger = subprocess.Popen(["/bin/sleep", "60"], user=None if os.geteuid() else account.uid)
    try:
        (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1\n5432\n/nowhere\n\n  1 1\nready\n")
        assert server.status() == ServerStatus(running=False)
        server.stop()
        assert ask(server.start(), "SELECT 1") == [(1,)]
        assert pid_of(shared) != stranger.pid
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_of_six_racing_starters_one_starts_and_five_join(state: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(state)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    outputs = [starter.communicate(timeout=60)[0].split() for starter in starters]
    assert sorted(started for started, _ in outputs) == ["False"] * 5 + ["True"]
    assert {int(pid) for _, pid in outputs} == {pid_of(state)}


def test_a_start_that_was_interrupted_is_begun_again(state: Path) -> None:
    for version in ("data-15.new", "data-18.new"):
        (state / "postgres.new" / version / "base").mkdir(parents=True)
    assert ask(EmbeddedPostgres(state).start(), "SELECT 1") == [(1,)]


def test_asking_and_stopping_make_nothing(state: Path) -> None:
    server = EmbeddedPostgres(state / "never")
    server.stop()
    assert server.status() == ServerStatus(running=False)
    assert not (state / "never").exists()


def test_waiting_for_another_starter_ends(state: Path) -> None:
    with (state / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedPostgresError, match="another process"):
            EmbeddedPostgres(state).start(timeout=0.1)
