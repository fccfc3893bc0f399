"""Formats values for PostgreSQL, many at a time: as arrays of columns or as lines of CSV.

Both are formatted by orjson: the content of a JSON array is the text of an array or a line of CSV, provided that a
backslash escapes quotes and itself and an unquoted `null` is NULL. Only control characters, which JSON escapes, must be
written as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import orjson

_ESCAPED = re.compile(rb'\\(["\\]|[bfnrt]|u00[0-9a-f]{2})')
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
# PostgreSQL's text cannot hold NUL. One from a device must not stop the views, so it is shown as unreadable.
_NO_CHARACTER = "\ufffd".encode()
_PERHAPS_ESCAPED = re.compile(rb"\\[bfnrtu]")


def sql_type(declared: str) -> str:
    """The bare type of a column's declaration."""
    return declared.removesuffix("NOT NULL").strip()


def array(values: Sequence[Any], declared: str) -> str:
    """The text of an array with the values of one column."""
    write = writer(declared)
    if write is not None:
        values = [None if value is None else write(value) for value in values]
    return "{" + with_raw_controls(listed(values)).decode() + "}"


def listed(values: Sequence[Any]) -> bytes:
    """The values separated by commas; control characters in them are still escaped."""
    return orjson.dumps(values, default=_plain)[1:-1]


def writer(declared: str) -> Callable[[Any], str] | None:
    """A function from a column's values to values of JSON; None where that is not needed."""
    return _WRITERS.get(sql_type(declared).partition("(")[0])


def with_raw_controls(written: bytes) -> bytes:
    """The same text with control characters unescaped."""
    if _PERHAPS_ESCAPED.search(written) is None:
        return written
    return _ESCAPED.sub(_raw, written)


def _raw(escape: re.Match[bytes]) -> bytes:
    letter = escape[1]
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    if letter == b"u0000":
        return _NO_CHARACTER
    return bytes.fromhex(letter[3:].decode()) if letter.startswith(b"u") else escape[0]


def _json(value: Any) -> str:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS).decode()


def _bytes(value: bytes) -> str:
    return "\\x" + value.hex()


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a column")


_WRITERS: dict[str, Callable[[Any], str]] = {"json": _json, "numeric": str, "bytea": _bytes}
