"""JSON of replies and stored answers: quantities are strings, instants RFC 3339 in UTC, nothing is a float."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity


def plain(value: Any) -> Any:
    """The JSON form of a value of another type; raises `TypeError` for one without."""
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
    """The JSON text of a value, in UTF-8."""
    return orjson.dumps(value, default=plain, option=orjson.OPT_PASSTHROUGH_DATETIME)
