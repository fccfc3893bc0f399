"""Inserting rows by COPY, the fastest way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import psycopg2

from store.connecting import Cursor
from store.errors import Trouble, name_of, trouble_of
from store.rows import Row, TableLike
from store.writing import listed, with_raw_controls, writer

_AT_ONCE = 500


def copy(cursor: Cursor, schema: str, table: TableLike, rows: Iterable[Row]) -> None:
    """Insert rows; each must have every column. The server reads the first while the next are formatted."""
    lines = _Lines(map(_line(table), rows))
    if not lines.ended:
        into = f"{schema}.{table.name} ({', '.join(table.columns)})"
        statement = f"COPY {into} FROM STDIN (FORMAT csv, ESCAPE '\\', NULL 'null')"
        try:
            cursor.copy_expert(statement, lines)  # type: ignore[arg-type]  # psycopg2 never asks for a readline
        except psycopg2.errors.QueryCanceled as cancelled:
            if lines.error is not None:  # a row cannot be formatted: psycopg2 cancels without naming the cause
                raise lines.error from cancelled
            raise


def copy_accepted(cursor: Cursor, schema: str, table: TableLike, rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Insert those rows that the database accepts; yields the others, each with the name of the error.

    A part that is refused is halved: about 2 * log2(rows) statements for each refused row. In autocommit.
    """
    waiting = [rows]
    while waiting:
        part = waiting.pop()
        try:
            copy(cursor, schema, table, part)
        except (psycopg2.Error, TypeError, ValueError) as error:
            if trouble_of(error) is Trouble.AWAY:
                raise
            if len(part) == 1:
                yield part[0], name_of(error)
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]


class _Lines:
    """Lines of CSV as a file for reading."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self.error: Exception | None = None
        self._next = self._some()
        self.ended = not self._next

    def read(self, _size: int) -> bytes:
        """About a hundred lines, whatever their size; empty after the last."""
        some, self._next = self._next, b""
        if some:
            try:
                self._next = self._some()
            except Exception as error:
                self.error = error
                raise
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
