"""Signed cursors of lists: the key of the last row and the picture (snapshot) of the first page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import orjson
from flask import request

from api.http.services import services
from domain.kernel.bad_input import bad_member
from domain.kernel.instant import format_instant, recorded_instant
from domain.kernel.json_text import encode
from domain.kernel.signed_payload import NotSignedError, PayloadSigner


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
    return _signer().sign(encode(fields))


def decode_cursor(cursor: str) -> Cursor:
    """The key and picture in a cursor of this list; raises `BadInput` for any other."""
    try:
        fields = orjson.loads(_signer().payload_of(cursor))
    except NotSignedError:
        raise bad_member("/cursor", "This cursor is not one of this list; begin again without one.") from None
    at = fields.get("at")
    return Cursor(fields["key"], None if at is None else Picture(at, recorded_instant(fields["now"])))


def _signer() -> PayloadSigner:
    """The signer of the cursors of the list that the current request is about."""
    return PayloadSigner(partial(services().access.secrets.accepted, "cursors"), request.path)
