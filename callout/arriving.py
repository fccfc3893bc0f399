"""The received part of an HTTP request: whether it is complete or too slow."""

from __future__ import annotations

import re
from typing import Final

MOST_HEAD: Final = 64 * 1024
"""The most bytes of a request line with its headers."""
MOST_GATHERED: Final = 64 * 1024
"""The most bytes of a body that is received without a thread; a longer one is read by the thread that answers."""
PATIENCE_SECONDS: Final = 20.0
"""Seconds for the head, and for the body in addition to the time for its bytes."""
SLOWEST: Final = 1024
"""The lowest rate of a body, in bytes a second."""

_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*(?=\r\n)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_EXPECT: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Arriving:
    """The bytes of one request, from its first one on; `now` is in seconds of a monotonic clock.

    `began` is when the server began to wait for it, `first` when its first byte arrived.
    """

    def __init__(self, now: float) -> None:
        self.began = now
        self.first: float | None = None
        self.data = bytearray()
        self.must_continue = False
        self._needed: int | None = None

    def take(self, piece: bytes, now: float) -> None:
        """Add received bytes. Sets `must_continue` when the client waits for `100 Continue`."""
        if self.first is None and piece:
            self.first = now
        looked_at = max(len(self.data) - len(_END) + 1, 0)
        self.data += piece
        if self._needed is None and (found := self.data.find(_END, looked_at)) >= 0:
            self._needed = self._whole(found + len(_END))

    @property
    def is_ready(self) -> bool:
        """Whether a thread may handle it: it is complete, or its body is too long to be received without a thread."""
        return self._needed is not None and len(self.data) >= self._needed

    @property
    def is_endless(self) -> bool:
        """Whether its head is longer than allowed."""
        return self._needed is None and len(self.data) > MOST_HEAD

    def is_late(self, now: float) -> bool:
        """Whether it takes too long."""
        earned = 0.0 if self._needed is None else len(self.data) / SLOWEST
        return now - self.began > PATIENCE_SECONDS + earned

    def _whole(self, head: int) -> int:
        """The length of the request in bytes, or of its head where the body is not waited for."""
        headers = bytes(self.data[:head])
        lengths = _LENGTH.findall(headers)
        if len(lengths) != 1 or _CHUNKED.search(headers) or int(lengths[0]) > MOST_GATHERED:
            return head
        whole = head + int(lengths[0])
        self.must_continue = len(self.data) < whole and _EXPECT.search(headers) is not None
        return whole
