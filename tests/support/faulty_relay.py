"""A faulty relay in front of a server: it can be cut, and can lose replies after the server has done its work."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Event, Thread
from urllib.parse import urlsplit

from tests.support.tcp_relay import Relay

_CHUNK = 65536


class FaultyRelay(Relay):
    """Carries bytes in both directions.

    While `cut` is set no connection gets through. `lose` is how many of the next replies never arrive: the request is
    carried to its end, the server answers, and the connection is closed instead.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self.cut = Event()
        self.lose = 0
        self.lost: list[bytes] = []
        super().__init__(parts.hostname, parts.port)

    def _carry(self, near: socket.socket) -> None:
        with near:
            if self.cut.is_set():
                return
            with socket.create_connection(self._to, timeout=60) as far, suppress(OSError):
                there = Thread(target=_pour, args=(near, far), daemon=True)
                there.start()
                self._bring_back(far, near)

    def _bring_back(self, far: socket.socket, near: socket.socket) -> None:
        while data := far.recv(_CHUNK):
            if self.lose > 0:
                self.lose -= 1
                self.lost.append(data)
                near.shutdown(socket.SHUT_RDWR)
                return
            near.sendall(data)


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
