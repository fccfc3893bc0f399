"""Rows into a table by COPY, the fastest way in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from store.connecting import Cursor
from store.rows import Row, TableLike
from store.writing import listed, with_raw_controls, writer

_AT_ONCE = 500


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
        return with_raw_controls(some) + b"\n" if some else b""


def _line(table: TableLike) -> Callable[[Row], bytes]:
    names = tuple(table.columns)
    writers = [(place, writer(declared)) for place, declared in enumerate(table.columns.values())]
    needed = [(place, write) for place, write in writers if write is not None]

    def line(row: Row) -> bytes:
        values = [row[name] for name in names]
        for place, write in needed:
            if values[place] is not None:
                values[place] = write(values[place])
        return listed(values)

    return line
