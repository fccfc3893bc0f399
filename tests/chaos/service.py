"""`callout serve` as a service in a home of its own, restarted whenever it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from store.embedded import EmbeddedPostgres
from tests.support.company import STOP_SECONDS, environment
from tests.support.processes import eventually

PLANTED = "tests.chaos.planted"
_START_SECONDS = 120
_PAUSE_SECONDS = 0.3
_WORDS = 200


class Service:
    """A service manager with `Restart=always`; `ends` counts the reasons for restarts."""

    def __init__(self, home: Path, control: str | None = None) -> None:
        self.home = home
        self.journal = home / "journal"
        self.ends: Counter[str] = Counter()
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = int(found.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        word = ["callout"] if control is None else [PLANTED, control]
        self._command = [sys.executable, "-m", *word, "serve", "--port", str(self.port)]
        self._environment = environment("", home) | {"CALLOUT_THREADS": "64", "CALLOUT_LOG_LEVEL": "warning"}
        del self._environment["DATABASE_URL"]  # its own, embedded, with fsync on
        if control is not None:
            self._environment["CALLOUT_WORKERS"] = "1"  # a planted bug has its state in one process
        self._stop = Event()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = Thread(target=self._keep, name="service manager", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        try:
            eventually(self.is_ready, _START_SECONDS)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The supervisor's process id, as long as it runs."""
        with self._lock:
            return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The present supervisor process."""
        with self._lock:
            assert self._process is not None, "it was never started"
            return self._process

    def dsn(self) -> str:
        """The DSN of its database."""
        found = EmbeddedPostgres(self.home).status().dsn
        assert found is not None, "PostgreSQL does not answer"
        return found

    def is_ready(self) -> bool:
        """Whether `/ready` replies 200."""
        with (
            suppress(OSError, HTTPException),
            closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection,
        ):
            connection.request("GET", "/ready")
            return connection.getresponse().status == HTTPStatus.OK
        return False

    def stop(self) -> None:
        """Stop it and everything that it has started."""
        self._stop.set()
        with self._lock:
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join(STOP_SECONDS)

    def _keep(self) -> None:
        while not self._stop.is_set():
            with self.journal.open("ab") as lines, self._lock:
                begins = lines.tell()
                self._process = subprocess.Popen(
                    self._command,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=lines,
                    stderr=lines,
                )
            if self._stop.is_set():
                self._process.terminate()
            status = self._process.wait()
            if not self._stop.is_set():
                self.ends["killed" if status == -signal.SIGKILL else self._last_words(begins)] += 1
            self._stop.wait(_PAUSE_SECONDS)

    def _last_words(self, begins: int) -> str:
        """The last line of output that is not a JSON log line."""
        with self.journal.open("rb") as lines:
            lines.seek(begins)
            last_lines = [
                line for line in lines.read().decode(errors="replace").splitlines() if not line.startswith("{")
            ]
        return last_lines[-1][:_WORDS] if last_lines else "without a word"
