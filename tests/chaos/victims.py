"""Finding the processes of a running server, and the ways to kill one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from store.embedded.binaries import binaries_for
from store.embedded.place import find_place
from store.embedded.postmaster import Postmaster, postmasters
from tests.chaos.service import Service
from tests.support.processes import eventually, is_alive

Kill = Callable[[Service, Random], bool]


def kill_http_process(service: Service, dice: Random) -> bool:
    """SIGKILL to one of gunicorn's workers."""
    return _strike([pid for master in _http(service) for pid in children(master)], dice)


def kill_http_master(service: Service, dice: Random) -> bool:
    """SIGKILL to gunicorn's master."""
    return _strike(_http(service), dice)


def kill_projector(service: Service, dice: Random) -> bool:
    """SIGKILL to the worker, which runs the projector."""
    return _strike([pid for pid in _of_supervisor(service) if "callout work" in command_of(pid)], dice)


def kill_backend(service: Service, dice: Random) -> bool:
    """SIGKILL to one of PostgreSQL's sessions, which makes it restart all of them."""
    found = [pid for server in _servers(service) for pid in children(server.pid() or 0)]
    return _strike([pid for pid in found if command_of(pid).startswith("postgres: callout ")], dice)


def kill_postmaster(service: Service, dice: Random) -> bool:
    """SIGKILL to PostgreSQL's first process."""
    return _strike([pid for server in _servers(service) if (pid := server.pid()) is not None], dice)


def stop_immediately(service: Service, dice: Random) -> bool:
    """`pg_ctl stop -m immediate`: without a checkpoint."""
    del dice
    place = find_place(service.home)
    for server in _servers(service):
        pid = server.pid()
        if place is not None and pid is not None:
            program = binaries_for(place).folder / "pg_ctl"
            command: list[str | Path] = [program, "stop", "-m", "immediate", "-W", "-D", server.data]
            return not place.account.run(command, place.folder, timeout=30).returncode and _has_ended(pid)
    return False


def kill_supervisor(service: Service, dice: Random) -> bool:
    """SIGKILL to `callout serve`; its processes end with it, and the service manager restarts it."""
    return _strike([pid for pid in [service.pid] if pid is not None], dice)


KILLS: dict[str, tuple[Kill, int]] = {
    "HTTP process killed": (kill_http_process, 5),
    "HTTP master killed": (kill_http_master, 3),
    "projector killed": (kill_projector, 4),
    "PostgreSQL backend killed": (kill_backend, 4),
    "PostgreSQL postmaster killed": (kill_postmaster, 3),
    "PostgreSQL stopped with immediate": (stop_immediately, 3),
    "supervisor killed": (kill_supervisor, 2),
}
"""Each with how often it is chosen, compared with the others."""
OF_HTTP = ("HTTP process killed", "HTTP master killed")
"""The kinds for runs with a planted bug."""


def children(pid: int) -> list[int]:
    """The process ids of a process's children."""
    with suppress(OSError):
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def command_of(pid: int) -> str:
    """The command line of a process, empty if it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _strike(pids: list[int], dice: Random) -> bool:
    if not pids:
        return False
    try:
        os.kill(dice.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _has_ended(pid: int) -> bool:
    """Wait until a process that was told to end has done so."""
    eventually(lambda: not is_alive(pid))
    return True


def _of_supervisor(service: Service) -> list[int]:
    return [] if service.pid is None else children(service.pid)


def _http(service: Service) -> list[int]:
    return [pid for pid in _of_supervisor(service) if "gunicorn" in command_of(pid)]


def _servers(service: Service) -> list[Postmaster]:
    return list(postmasters(find_place(service.home)))
