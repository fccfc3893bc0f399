"""One child process: started, restarted with growing pauses, asked to stop, killed."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from eventsourcing.persistence import PersistenceError

from callout.lifeline import PARENT

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_GOOD_LIFE = 30.0
_MOST_QUICK_DEATHS = 12
_log = structlog.get_logger(__name__)


class ChildKeepsDyingError(PersistenceError):
    """A process ends however often it is restarted."""


@dataclass
class Child:
    """A command that runs as long as this process; it writes to the file `output`, by default our stderr.

    `afterwards` is called when it has been stopped for good.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    inherited: Sequence[int] = ()
    output: int = 2
    afterwards: Callable[[], None] = lambda: None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)
    _quick_deaths: int = field(default=0, init=False)

    def start(self) -> None:
        """Start it. In a session of its own, so that Ctrl-C reaches only this process, which stops all in order."""
        self._process = subprocess.Popen(
            self.command,
            env={**self.environment, PARENT: str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            pass_fds=self.inherited,
            start_new_session=True,
        )
        self._started = time.monotonic()

    def pid(self) -> int | None:
        """Its process id, as long as it runs."""
        return self._process.pid if self._process is not None and self.is_running() else None

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def look_after(self) -> None:
        """Start it again when it has ended, after a growing pause; raises `ChildKeepsDyingError` after too many."""
        if self.is_running():
            return
        now = time.monotonic()
        if self._process is not None:
            status, self._process = self._process.returncode, None
            self._quick_deaths = 0 if now - self._started > _GOOD_LIFE else self._quick_deaths + 1
            if self._quick_deaths > _MOST_QUICK_DEATHS:
                raise ChildKeepsDyingError(f"the process of {self.name} ends with {status} however often it is started")
            pause = min(_FIRST_PAUSE * 2 ** max(0, self._quick_deaths - 1), _LONGEST_PAUSE)
            self._due = now + pause
            _log.warning("a process has died; starting it again", process=self.name, status=status, pause=pause)
        if now >= self._due:
            self.start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it runs."""
        if self._process is not None and self.is_running():
            self._process.terminate()

    def kill(self) -> None:
        """Send SIGKILL, if it still runs, and wait for its end."""
        if self._process is not None:
            if self.is_running():
                self._process.kill()
            self._process.wait()
        self.afterwards()
