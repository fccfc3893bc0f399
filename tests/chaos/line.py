"""A bad connection between devices and server: requests and replies are cut off, lost or late."""

from __future__ import annotations

import socket
import time
from collections import Counter
from contextlib import suppress
from random import Random
from threading import Lock, Thread
from typing import NamedTuple

from tests.support.tcp_relay import Relay

_CHUNK = 65536
_KINDS = {
    "request cut off": 0.03,
    "reply lost": 0.08,
    "reply cut off": 0.03,
    "reply late": 0.05,
}
LOST_AFTER_COMMIT = "reply lost after a 200, so after the commit"


class _Fate(NamedTuple):
    """The fault of one exchange: none without a kind; `at` is after how many bytes, or how many seconds."""

    kind: str | None
    at: float


class Line(Relay):
    """Carries each connection to the server with two threads until its fault happens.

    `faults` counts them. While `calm` is set there are none.
    """

    def __init__(self, port: int, dice: Random) -> None:
        self._dice = dice
        self._lock = Lock()
        self.calm = True
        self.faults: Counter[str] = Counter()
        super().__init__("127.0.0.1", port)

    def draw(self) -> _Fate:
        """The fault of the next exchange."""
        with self._lock:
            if self.calm:
                return _Fate(None, 0)
            [kind] = self._dice.choices([*_KINDS, None], [*_KINDS.values(), 1 - sum(_KINDS.values())])
            return _Fate(kind, self._dice.uniform(0.05, 0.6) if kind == "reply late" else self._dice.randrange(2_000))

    def count(self, kind: str) -> None:
        """Count a fault."""
        with self._lock:
            self.faults[kind] += 1

    def _carry(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(self._to, timeout=30) as far:
            far.settimeout(None)
            call = _Call(self, near, far)
            there = Thread(target=call.carry_requests, daemon=True, name="line")
            there.start()
            call.carry_replies()
            there.join()


class _Call:
    """One connection. A request begins with the first bytes after a reply."""

    def __init__(self, line: Line, near: socket.socket, far: socket.socket) -> None:
        self._line, self._near, self._far = line, near, far
        self._fate, self._answered, self._carried = _Fate(None, 0), True, 0

    def carry_requests(self) -> None:
        with suppress(OSError):
            while data := self._near.recv(_CHUNK):
                if self._answered:
                    self._fate, self._answered, self._carried = self._line.draw(), False, 0
                if self._fate.kind == "request cut off" and self._carried + len(data) > self._fate.at:
                    self._far.sendall(data[: int(self._fate.at) - self._carried])
                    self._line.count("request cut off")
                    break
                self._carried += len(data)
                self._far.sendall(data)
        self._hang_up()

    def carry_replies(self) -> None:
        with suppress(OSError):
            while data := self._far.recv(_CHUNK):
                fate, first, self._answered = self._fate, not self._answered, True
                if first and fate.kind == "reply lost":
                    fine = data.startswith(b"HTTP/1.1 200")
                    self._line.count(LOST_AFTER_COMMIT if fine else "reply lost, not a 200")
                    break
                if first and fate.kind == "reply cut off":
                    self._line.count(fate.kind)
                    self._near.sendall(data[: min(int(fate.at), len(data) - 1)])
                    break
                if first and fate.kind == "reply late":
                    self._line.count(fate.kind)
                    time.sleep(fate.at)
                self._near.sendall(data)
        self._hang_up()

    def _hang_up(self) -> None:
        for end in (self._near, self._far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
