"""A relay in front of a server that listens on loopback; subclasses carry each connection."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Self

_BACKLOG = 512


class Relay(ABC):
    """Carries each connection to the server in a thread of its own, at `url`; closed as a context."""

    def __init__(self, host: str, port: int) -> None:
        """The server's; whoever derives from it is ready before this is called, since connections come at once."""
        self._to = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = Thread(target=self._accept, daemon=True, name="relay")
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    @abstractmethod
    def _carry(self, near: socket.socket) -> None:
        """Carry one connection until its end."""

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._carry, args=(near,), daemon=True, name="relay").start()
