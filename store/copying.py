"""Rows into a table by COPY, the fastest way in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from store.connecting import Cursor
from store.rows import Row, TableLike, plain, sql_type

_AT_ONCE = 500
_ESCAPED = re.compile(rb'\\(["\\]|[bfnrt]|u00[0-9a-f]{2})')
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_HINTS = tuple(b"\\" + letter for letter in (*_CONTROLS, b"u"))


def copy(cursor: Cursor, schema: str, table: TableLike, rows: Iterable[Row]) -> None:
    """Add rows; each must have every column. The server takes in the first while the next are written down."""
    lines = _Lines(map(_line(table), rows))
    if not lines.ended:
        into = f"{schema}.{table.name} ({', '.join(table.columns)})"
        statement = f"COPY {into} FROM STDIN (FORMAT csv, ESCAPE '\\', NULL 'null')"
        cursor.copy_expert(statement, lines)  # type: ignore[arg-type]  # psycopg2 never asks for a readline


class _Lines:
    """Lines of CSV as a file to be read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._next = self._some()
        self.ended = not self._next

    def read(self, _size: int) -> bytes:
        """Some hundred lines, whatever their size; nothing behind the last."""
        some, self._next = self._next, b""
        if some:
            self._next = self._some()
        return some

    def _some(self) -> bytes:
        some = b"\n".join(islice(self._lines, _AT_ONCE))
        return _with_raw_controls(some) + b"\n" if some else b""


def _line(table: TableLike) -> Callable[[Row], bytes]:
    """How to write a row as a line of CSV.

    What stands between the brackets of a JSON array is CSV already, when a backslash escapes quotes and itself and
    an unquoted `null` is NULL; only control characters, which JSON escapes, must be there as they are.
    """
    names = tuple(table.columns)
    writing = [(place, _WRITING[kind]) for place, kind in enumerate(_kinds(table)) if kind in _WRITING]

    def line(row: Row) -> bytes:
        values = [row[name] for name in names]
        for place, write in writing:
            if values[place] is not None:
                values[place] = write(values[place])
        return orjson.dumps(values, default=plain)[1:-1]

    return line


def _json(value: Any) -> str:
    return orjson.dumps(value, default=plain, option=orjson.OPT_SORT_KEYS).decode()


_WRITING: dict[str, Callable[[Any], str]] = {"json": _json, "numeric": str}


def _kinds(table: TableLike) -> Iterator[str]:
    return (sql_type(declared).partition("(")[0] for declared in table.columns.values())


def _with_raw_controls(chunk: bytes) -> bytes:
    if not any(hint in chunk for hint in _HINTS):
        return chunk
    return _ESCAPED.sub(_raw, chunk)


def _raw(escape: re.Match[bytes]) -> bytes:
    letter = escape[1]
    if letter in _CONTROLS:
        return _CONTROLS[letter]
    return bytes.fromhex(letter[3:].decode()) if letter.startswith(b"u") else escape[0]
