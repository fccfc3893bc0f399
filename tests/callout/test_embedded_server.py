"""Sharing the embedded server: the first process starts it, the last one stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from callout.embedded_server import embedded
from callout.supervisor import Supervisor
from store.embedded import EmbeddedPostgres
from tests.support.processes import eventually, state_folder

ROOT = Path(__file__).parents[2]
USER = """
import sys
from pathlib import Path
from callout.embedded_server import embedded
with embedded(Path(sys.argv[1])) as tenancy:
    print(tenancy.start(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def another_user(folder: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until its stdin is closed."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", USER, str(folder)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert other.stdout is not None
    assert other.stdout.readline().startswith("postgresql://")
    return other


def pid_of_server(folder: Path) -> int | None:
    return EmbeddedPostgres(folder).status().pid


def test_the_last_one_out_stops_the_server(folder: Path) -> None:
    with embedded(folder) as tenancy:
        tenancy.start()
        with another_user(folder) as other:
            assert other.stdin is not None
            other.stdin.close()
        assert tenancy.is_running()

    assert pid_of_server(folder) is None


def test_a_killed_user_leaves_the_server_to_the_others_and_none_behind(folder: Path) -> None:
    with another_user(folder) as first, another_user(folder) as second:
        first.kill()
        first.wait()
        assert pid_of_server(folder) is not None

        second.kill()

        eventually(lambda: pid_of_server(folder) is None)


def test_a_killed_server_is_started_again(folder: Path) -> None:
    with embedded(folder) as tenancy:
        tenancy.start()
        before = pid_of_server(folder)
        assert before is not None

        def kill_once(stop: Event) -> None:
            os.kill(before, signal.SIGKILL)
            eventually(lambda: pid_of_server(folder) not in (None, before))
            stop.set()

        Supervisor([], tenancy).run(kill_once)

        assert tenancy.is_running()
