"""What has arrived of an HTTP request: whether it is whole, and whether it comes too slowly."""

from __future__ import annotations

import re
from typing import Final

MOST_HEAD: Final = 64 * 1024
"""Bytes of a request line with its headers."""
MOST_GATHERED: Final = 64 * 1024
"""Bytes of a body that is waited for without a thread; a longer one is read by the thread that answers."""
PATIENCE_SECONDS: Final = 20.0
"""So long may a head take, and a body besides what its bytes have earned."""
SLOWEST: Final = 1024
"""Bytes a second, at which a body may come for as long as it is."""

_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*(?=\r\n)", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_EXPECT: Final = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Arriving:
    """The bytes of one request, from its first on; `now` are seconds of a steady clock.

    `began` is when it was waited for, `first` when its first byte was there.
    """

    def __init__(self, now: float) -> None:
        self.began = now
        self.first: float | None = None
        self.data = bytearray()
        self.must_continue = False
        self._needed: int | None = None

    def take(self, piece: bytes, now: float) -> None:
        """More of it. `must_continue` is set when the sender now waits for leave to send the body."""
        if self.first is None and piece:
            self.first = now
        looked_at = max(len(self.data) - len(_END) + 1, 0)
        self.data += piece
        if self._needed is None and (found := self.data.find(_END, looked_at)) >= 0:
            self._needed = self._whole(found + len(_END))

    @property
    def is_ready(self) -> bool:
        """Whether a thread may have it: it is whole, or as much of it is there as is waited for."""
        return self._needed is not None and len(self.data) >= self._needed

    @property
    def is_endless(self) -> bool:
        """Whether its head is longer than any may be."""
        return self._needed is None and len(self.data) > MOST_HEAD

    def is_late(self, now: float) -> bool:
        """Whether it takes too long."""
        earned = 0.0 if self._needed is None else len(self.data) / SLOWEST
        return now - self.began > PATIENCE_SECONDS + earned

    def _whole(self, head: int) -> int:
        """How many bytes it has, or those of the head where the body is not waited for."""
        headers = bytes(self.data[:head])
        lengths = _LENGTH.findall(headers)
        if len(lengths) != 1 or _CHUNKED.search(headers) or int(lengths[0]) > MOST_GATHERED:
            return head
        whole = head + int(lengths[0])
        self.must_continue = len(self.data) < whole and _EXPECT.search(headers) is not None
        return whole
