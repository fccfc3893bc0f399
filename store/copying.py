"""Rows into a table by COPY, the fastest way in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import islice

import orjson

from store.connecting import Cursor
from store.rows import JSON_OPTIONS, Row, TableLike, plain, sql_type

_CHUNK = 5_000
_ESCAPED = re.compile(rb'\\(["\\]|[bfnrt]|u00[0-9a-f]{2})')
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_HINTS = tuple(b"\\" + letter for letter in (*_CONTROLS, b"u"))


def copy(cursor: Cursor, schema: str, table: TableLike, rows: Iterable[Row]) -> None:
    """Add rows, some thousands at a time; each must have every column."""
    into = f"{schema}.{table.name} ({', '.join(table.columns)})"
    line = _line(table)
    waiting = iter(rows)
    while chunk := b"\n".join(map(line, islice(waiting, _CHUNK))):
        cursor.copy_expert(
            f"COPY {into} FROM STDIN (FORMAT csv, ESCAPE '\\', NULL 'null')", BytesIO(_with_raw_controls(chunk))
        )


def _line(table: TableLike) -> Callable[[Row], bytes]:
    """How to write a row as a line of CSV.

    What stands between the brackets of a JSON array is CSV already, when a backslash escapes quotes and itself and
    an unquoted `null` is NULL; only control characters, which JSON escapes, must be there as they are.
    """
    names = tuple(table.columns)
    nested = [place for place, name in enumerate(names) if sql_type(table.columns[name]) == "json"]

    def line(row: Row) -> bytes:
        values = [row[name] for name in names]
        for place in nested:
            if values[place] is not None:
                values[place] = orjson.dumps(values[place], default=plain, option=JSON_OPTIONS).decode()
        return orjson.dumps(values, default=plain, option=JSON_OPTIONS)[1:-1]

    return line


def _with_raw_controls(chunk: bytes) -> bytes:
    if not any(hint in chunk for hint in _HINTS):
        return chunk
    return _ESCAPED.sub(_raw, chunk)


def _raw(escape: re.Match[bytes]) -> bytes:
    letter = escape[1]
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    return bytes.fromhex(letter[3:].decode()) if letter.startswith(b"u") else escape[0]
