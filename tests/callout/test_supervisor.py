"""The rules of the supervisor: what dies is started again, what was started is stopped, nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from callout import child as child_module
from callout.child import Child, ChildKeepsDyingError
from callout.listening import listen
from callout.supervisor import Supervisor
from tests.support.processes import eventually, is_alive

ROOT = Path(__file__).parents[2]

DRIVER = """
import os, signal, sys
from callout.child import Child
from callout.supervisor import Supervisor
def told(name):
    follow = "from callout.lifeline import follow; follow();"
    end = f"signal.signal(signal.SIGTERM, lambda *_: (print({name!r}, flush=True), sys.exit()))"
    tell = "os.write(1, b'%d' % os.getpid() + bytes([10]))"
    code = f"import os, signal, sys, time; {follow} {end}; {tell}; time.sleep(60)"
    return Child(name, [sys.executable, "-c", code], os.environ, output=1)
Supervisor([told("first"), told("second")]).run()
"""


def napper() -> Child:
    return Child("the napper", ["sleep", "60"], os.environ)


@pytest.fixture
def driver() -> subprocess.Popen[str]:
    """A supervisor of two children in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", DRIVER], stdout=subprocess.PIPE, text=True, env=environment)


def pids_of(driver: subprocess.Popen[str]) -> list[int]:
    assert driver.stdout is not None
    return [int(driver.stdout.readline()) for _ in range(2)]


def test_a_killed_child_is_started_again_and_stopped_at_the_end() -> None:
    child = napper()
    seen: list[int] = []

    def kill_once(stop: Event) -> None:
        seen.append(child.pid() or 0)
        os.kill(seen[0], signal.SIGKILL)
        seen.append(eventually(lambda: pid if (pid := child.pid()) != seen[0] else None))
        stop.set()

    Supervisor([child]).run(kill_once)

    assert len(set(seen)) == 2
    assert not any(is_alive(pid) for pid in seen)


def test_a_child_that_cannot_live_ends_everything_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(child_module, "_MOST_QUICK_DEATHS", 2)
    healthy, dying = napper(), Child("the mayfly", ["false"], os.environ)

    with pytest.raises(ChildKeepsDyingError, match="the process of the mayfly ends with 1"):
        Supervisor([healthy, dying]).run()

    assert not healthy.is_running()


def test_what_fails_beside_the_children_ends_everything_and_is_raised() -> None:
    child = napper()

    def fail(stop: Event) -> None:
        raise LookupError(f"no {stop}")

    with pytest.raises(LookupError):
        Supervisor([child]).run(fail)

    assert not child.is_running()


@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_children_in_order(driver: subprocess.Popen[str], farewell: signal.Signals) -> None:
    with driver:
        pids = pids_of(driver)

        driver.send_signal(farewell)

        assert driver.stdout is not None
        assert driver.stdout.read().split() == ["first", "second"]
    assert driver.returncode == 0
    assert not any(is_alive(pid) for pid in pids)


def test_children_do_not_outlive_a_killed_supervisor(driver: subprocess.Popen[str]) -> None:
    with driver:
        pids = pids_of(driver)

        driver.kill()

        eventually(lambda: not any(is_alive(pid) for pid in pids))


STUBBORN = """
import os, signal, socket, sys
from callout.child import Child
from callout.supervisor import Supervisor
listener = socket.create_server(("127.0.0.1", 0))
def stubborn(name, inherited, afterwards):
    ignore = "[signal.signal(each, signal.SIG_IGN) for each in (signal.SIGTERM, signal.SIGINT)];"
    code = "import os, signal, time;" + ignore + f"os.write(1, b'{name}' + bytes([10])); time.sleep(600)"
    return Child(name, [sys.executable, "-c", code], os.environ, inherited, 1, afterwards)
def released():
    listener.close()
    os.write(1, b"released" + bytes([10]))
children = [stubborn("http", (listener.fileno(),), released), stubborn("worker", (), lambda: None)]
os.write(1, b"%d" % listener.getsockname()[1] + bytes([10]))
Supervisor(children).run()
"""


@pytest.mark.parametrize("farewell", [signal.SIGINT, signal.SIGTERM])
def test_a_busy_child_keeps_neither_the_end_nor_the_port(farewell: signal.Signals) -> None:
    """Issue 8, 20: children that do not stop are killed, and the port is free as soon as the HTTP server has gone."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True, env=environment
    ) as driver:
        assert driver.stdout is not None
        port = int(driver.stdout.readline())
        assert {driver.stdout.readline().strip() for _ in range(2)} == {"http", "worker"}

        driver.send_signal(farewell)

        assert driver.stdout.readline() == "released\n"
        assert driver.poll() is None, "the worker is not at its end yet"
        with listen("127.0.0.1", port):
            pass
    assert driver.returncode == 0
