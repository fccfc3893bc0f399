"""Cursors: opaque and signed, each for one technician, saying how far a device has pulled."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from sync.problems import CursorExpired

TOMBSTONES_KEPT = timedelta(days=180)
_MAC = 16


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """A device of `technician` has pulled everything through `position`; `issued` in seconds since 1970."""

    technician: UUID
    position: int
    issued: int


class Cursors:
    """Signs cursors and reads them back."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def write(self, technician: UUID, position: int, now: datetime) -> str:
        """The text of a cursor."""
        body = msgspec.msgpack.encode(Cursor(technician, position, int(now.timestamp())))
        return urlsafe_b64encode(self._mac(body) + body).decode().rstrip("=")

    def read(self, text: str, technician: UUID, now: datetime) -> int:
        """The position of a cursor; raises `CursorExpired` when it is old, altered or another technician's."""
        try:
            raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
            body = raw[_MAC:]
            if not hmac.compare_digest(raw[:_MAC], self._mac(body)):
                raise CursorExpired
            cursor = msgspec.msgpack.decode(body, type=Cursor)
        except (ValueError, msgspec.MsgspecError):
            raise CursorExpired from None
        if cursor.technician != technician or now - datetime.fromtimestamp(cursor.issued, UTC) > TOMBSTONES_KEPT:
            raise CursorExpired
        return cursor.position

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._secret, body, "sha256")[:_MAC]
