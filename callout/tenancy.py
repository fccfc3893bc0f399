"""The embedded PostgreSQL among the processes that use it: the first one starts it, the last one stops it."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from store.embedded import EmbeddedPostgres
from store.errors import EmbeddedPostgresError
from store.file_lock import try_lock

_WAIT_SECONDS = 60.0
_NOBODY = 0o600


class Tenancy:
    """The use of the server of one state folder by this process."""

    def __init__(self, state: Path) -> None:
        self._server = EmbeddedPostgres(state)
        self._pid: int | None = None

    def start(self) -> str:
        """Start or join the server, also when it was killed meanwhile; returns its DSN."""
        dsn = self._server.start()
        self._pid = self._server.status().pid
        return dsn

    def is_running(self) -> bool:
        """Whether the server that was started or joined is still there; cheap enough to be called often."""
        try:
            # A process that has ended and was not yet waited for has no command line any more.
            return bool(Path(f"/proc/{self._pid}/cmdline").read_bytes())
        except OSError:
            return False


@contextmanager
def embedded(state: Path) -> Iterator[Tenancy]:
    """Context with the server of a state folder.

    A guard, a process of its own, notices the end of this one, however it ends, and stops the server unless others use
    it.
    """
    users = _open_users(state)
    try:
        _share(users, state)
        guard, lifeline = _guard(users, state)
    finally:
        os.close(users)
    try:
        yield Tenancy(state)
    finally:
        os.close(lifeline)
        if os.waitpid(guard, 0)[1]:
            raise EmbeddedPostgresError(f"the PostgreSQL of {state} could not be stopped")


def _open_users(state: Path) -> int:
    """The file whose lock every user shares; it belongs to the folder's owner, whichever user makes it."""
    state.mkdir(mode=0o711, parents=True, exist_ok=True)
    users = os.open(state / "postgres.users", os.O_RDWR | os.O_CREAT, _NOBODY)
    if os.geteuid() == 0:
        owner = state.stat()
        os.fchown(users, owner.st_uid, owner.st_gid)
    return users


def _share(users: int, state: Path) -> None:
    """Become a user; waits while another one is stopping the server."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while not try_lock(users, fcntl.LOCK_SH):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"another process has been stopping the PostgreSQL of {state} for too long")
        time.sleep(0.05)


def _guard(users: int, state: Path) -> tuple[int, int]:
    """Start the guard; returns its process id, and the end of a pipe that is closed when this process ends."""
    waiting, lifeline = os.pipe()
    guard = os.fork()
    if guard:
        os.close(waiting)
        return guard, lifeline
    status = 1
    try:
        _close_all_but(users, waiting)
        os.read(waiting, 1)
        if try_lock(users, fcntl.LOCK_EX):
            EmbeddedPostgres(state).stop()
        status = 0
    finally:
        os._exit(status)


def _close_all_but(*kept: int) -> None:
    """Detach from the terminal and all pipes and sockets, so that no process waits for the guard to end."""
    os.setsid()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    for file in sorted(Path("/proc/self/fd").iterdir()):
        if int(file.name) > 2 and int(file.name) not in kept:  # noqa: PLR2004 - the standard streams
            with suppress(OSError):
                os.close(int(file.name))
