"""Canonical JSON (RFC 8785): the bytes that are stored, hashed and sent."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import orjson

from domain.kernel.instant import format_instant
from domain.kernel.quantity import format_quantity

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_DATETIME


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("an instant must be aware of its zone")
        return format_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format_quantity(value)
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    raise TypeError(f"{type(value).__name__} has no canonical writing")


def encode(value: Any) -> bytes:
    """The canonical bytes of strings, booleans, nulls, integers within ±(2^53-1), lists and objects with ASCII keys.

    Instants are written with six fixed digits in UTC, quantities as plain decimals in strings. The caller excludes
    floats (the types of events and documents have none). Raises `TypeError` for values without a canonical form.
    """
    return orjson.dumps(value, default=_plain, option=_OPTIONS)
