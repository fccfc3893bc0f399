"""Cursors of lists: signed, for one list, with the key of the last row and the picture of the first page."""

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
    """What all pages of a list show: the views at a position, and what depends on the time at a moment (aware)."""

    position: int
    moment: datetime


class Cursor(NamedTuple):
    """Where a page begins: behind a key, and in which picture; None in a list that is not made from views."""

    key: list[Any]
    picture: Picture | None

    def after(self) -> Any:
        """The key as queries take it: a tuple, or the value itself where one column is the key."""
        return tuple(self.key) if len(self.key) > 1 else self.key[0]


def sealed(key: Sequence[Any], picture: Picture | None) -> str:
    """A cursor behind the row with this key."""
    told: dict[str, Any] = {"key": list(key)}
    if picture is not None:
        told |= {"at": picture.position, "now": format_instant(picture.moment)}
    payload = encode(told)
    return urlsafe_b64encode(_signature(payload, services().access.secret("cursors")) + payload).decode().rstrip("=")


def opened(cursor: str) -> Cursor:
    """What a cursor of this list says, also one from before there were pictures; raises `BadInput` for any other."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except (NotBase64, ValueError):
        raw = b""
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    secrets = services().access.secrets.accepted("cursors")
    if not any(hmac.compare_digest(signature, _signature(payload, secret)) for secret in secrets):
        raise bad_member("/cursor", "This cursor is not one of this list; begin again without one.")
    told = orjson.loads(payload)
    if isinstance(told, list):
        return Cursor(told, None)
    at = told.get("at")
    return Cursor(told["key"], None if at is None else Picture(at, recorded_instant(told["now"])))


def _signature(payload: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, request.path.encode() + b"\x00" + payload, "sha256")[:_SIGNATURE]
