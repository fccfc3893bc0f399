"""Reads the rest of a request within a time that grows with the received bytes."""

from __future__ import annotations

import socket
from time import monotonic

from gunicorn.http.unreader import SocketUnreader

from callout.arriving import PATIENCE_SECONDS, SLOWEST


class PatientReader(SocketUnreader):  # type: ignore[misc]  # gunicorn publishes no types
    """Reads the rest of a request; one that is too slow counts as incomplete."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.late = False
        self.begin()

    def begin(self) -> None:
        """Restart the time limit for another request."""
        self._began, self._received = monotonic(), 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; empty at the end, or after the time limit."""
        left = self._began + PATIENCE_SECONDS + self._received / SLOWEST - monotonic()
        if self.late or left <= 0:
            self.late = True
            return b""
        before = self.sock.gettimeout()
        shorter = before is not None and before < left
        self.sock.settimeout(before if shorter else left)
        try:
            found: bytes = super().chunk(size_hint)
        except TimeoutError:
            if shorter:
                raise
            self.late = True
            return b""
        finally:
            self.sock.settimeout(before)
        self._received += len(found)
        return found
