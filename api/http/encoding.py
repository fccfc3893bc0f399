"""JSON as this API writes it: quantities are strings, instants are RFC 3339 in UTC, nothing is a float."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity

JSON = "application/json"


def plain(value: Any) -> Any:
    """How values that JSON does not know are written."""
    if isinstance(value, Decimal):
        return format_quantity(value)
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, orjson.Fragment):
        return value
    raise TypeError(f"{type(value).__name__} has no place in a reply")


def encode(value: Any) -> bytes:
    """The bytes of a reply."""
    return orjson.dumps(value, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None, mimetype: str = JSON) -> Response:
    """A JSON reply."""
    return Response(encode(value), status, headers, mimetype)


class Orjson(JSONProvider):
    """What Flask itself uses for JSON."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """JSON text."""
        return encode(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value of a JSON text."""
        return orjson.loads(s)
