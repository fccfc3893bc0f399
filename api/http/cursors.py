"""Signed cursors of lists: the key of the last row and the picture (snapshot) of the first page."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from flask import request

from api.http.services import services
from domain.kernel.bad_input import bad_member
from domain.kernel.instant import format_instant, recorded_instant
from domain.kernel.json_text import encode

_SIGNATURE: Final = 16


class Picture(NamedTuple):
    """The snapshot that all pages of a list show: the views at a log position, times judged at `moment` (aware)."""

    position: int
    moment: datetime


class Cursor(NamedTuple):
    """Where a page begins: after the row with `key`, in `picture` (None for a list that is not read from views)."""

    key: list[Any]
    picture: Picture | None

    def after(self) -> Any:
        """The key as queries take it: a tuple, or the value itself where one column is the key."""
        return tuple(self.key) if len(self.key) > 1 else self.key[0]


def encode_cursor(key: Sequence[Any], picture: Picture | None) -> str:
    """The cursor of the page after the row with this key, signed."""
    fields: dict[str, Any] = {"key": list(key)}
    if picture is not None:
        fields |= {"at": picture.position, "now": format_instant(picture.moment)}
    payload = encode(fields)
    return urlsafe_b64encode(_signature(payload, services().access.secret("cursors")) + payload).decode().rstrip("=")


def decode_cursor(cursor: str) -> Cursor:
    """The key and picture in a cursor of this list (older cursors have no picture); raises `BadInput` for any other."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (NotBase64, ValueError):
        raw = b""
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    secrets = services().access.secrets.accepted("cursors")
    if not any(hmac.compare_digest(signature, _signature(payload, secret)) for secret in secrets):
        raise bad_member("/cursor", "This cursor is not one of this list; begin again without one.")
    fields = orjson.loads(payload)
    if isinstance(fields, list):
        return Cursor(fields, None)
    at = fields.get("at")
    return Cursor(fields["key"], None if at is None else Picture(at, recorded_instant(fields["now"])))


def _signature(payload: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, request.path.encode() + b"\x00" + payload, "sha256")[:_SIGNATURE]
