"""Cursors: opaque and signed, each for one technician and one epoch; they hold how far a device has pulled."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from domain.kernel.signed_payload import NotSignedError, PayloadSigner
from projections.documents.moment import Moment
from sync.admission import Overloaded
from sync.problems import CursorExpired

TOMBSTONES_KEPT = timedelta(days=180)
_MAC = 16


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """A device of `technician` has pulled everything of `epoch` through `position`; `issued` in seconds since 1970."""

    technician: UUID
    epoch: UUID
    position: int
    issued: int


def _ignore(epoch: UUID, position: int) -> None:
    """The default hook: does nothing."""


class Cursors:
    """Signs cursors, and verifies and decodes them.

    `secrets` is the secret, or returns all that are accepted, the one to sign with first.

    `on_lost_tail` is called with the epoch and the position of a valid cursor that is beyond the end of the log:
    the log has lost its last events. It may be called many times, from many threads.
    """

    def __init__(
        self, secrets: bytes | Callable[[], Iterable[bytes]], on_lost_tail: Callable[[UUID, int], None] = _ignore
    ) -> None:
        self._secrets = (lambda: (secrets,)) if isinstance(secrets, bytes) else secrets
        self._signer = PayloadSigner(self._secrets, "sync cursor")
        self._on_lost_tail = on_lost_tail

    def write(self, technician: UUID, epoch: UUID, position: int, now: datetime) -> str:
        """The text of a cursor."""
        body = msgspec.msgpack.encode(Cursor(technician, epoch, position, int(now.timestamp())))
        return self._signer.sign(body)

    def read(self, text: str, technician: UUID, now: datetime) -> Cursor:
        """The decoded cursor; raises `CursorExpired` when it is old, altered or another technician's."""
        try:
            cursor = msgspec.msgpack.decode(self._payload_of(text), type=Cursor)
        except (NotSignedError, msgspec.MsgspecError):
            raise CursorExpired from None
        if cursor.technician != technician or now - datetime.fromtimestamp(cursor.issued, UTC) > TOMBSTONES_KEPT:
            raise CursorExpired
        return cursor

    def must_fit(self, cursor: Cursor, moment: Moment) -> None:
        """Raises `CursorExpired` for a cursor of another epoch, or beyond the end of the log.

        Raises `Overloaded` while the views are behind the cursor: they cannot know what has changed since.
        """
        if cursor.epoch != moment.epoch:
            raise CursorExpired
        if cursor.position > moment.head:
            self._on_lost_tail(cursor.epoch, cursor.position)
            raise CursorExpired
        if cursor.position > moment.through:
            raise Overloaded("The views have not reached this cursor again; ask again in a moment.")

    def _payload_of(self, text: str) -> bytes:
        return self._signer.payload_of(text) if "." in text else _payload_signed_before(text, self._secrets())


def _payload_signed_before(text: str, secrets: Iterable[bytes]) -> bytes:
    """The payload of a cursor as earlier servers signed it: 16 bytes of HMAC-SHA-256, then the payload, in base64.

    Phones may keep one for `TOMBSTONES_KEPT`. Raises `NotSignedError` for any other text.
    """
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotSignedError from None
    signature, payload = raw[:_MAC], raw[_MAC:]
    if not any(hmac.compare_digest(signature, hmac.digest(secret, payload, "sha256")[:_MAC]) for secret in secrets):
        raise NotSignedError
    return payload
