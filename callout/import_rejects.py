"""A file of the refused lines with the reasons, which can be corrected and imported again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from callout.import_entry import Entry
from callout.table_file import Row, Written

REASON: Final = "reason"


class Rejects:
    """Writes refused lines: of a table the same columns and the reason, of commands the lines, each after its reason.

    The file is there only if something was refused.
    """

    def __init__(self, file: Path, headings: Row | None = None, written: Written | None = None) -> None:
        self._file = file
        self._separator = written.separator if written else ","
        self._headings = headings
        self._text = file.open("w", encoding="utf-8", newline="")
        self._line: int | None = None
        self.many = 0
        if headings is not None:
            kept = [value for value in headings.values if value.strip().casefold() != REASON]
            self._places = [place for place, value in enumerate(headings.values) if value in kept]
            self._write([*kept, REASON])

    def add(self, entry: Entry, why: str) -> None:
        """Write a refused entry and the reason."""
        if entry.line == self._line and self._headings is not None:
            return  # a row of several commands is one row
        self._line = entry.line
        self.many += 1
        if isinstance(entry.source, Row) and self._headings is not None:
            values = entry.source.values
            cells = [values[place] if place < len(values) else "" for place in self._places]
            self._write([*cells, why])
        else:
            source = entry.source if isinstance(entry.source, str) else ""
            self._text.write(f"# line {entry.line}: {' '.join(why.split())}\n{source}\n")

    def _write(self, values: list[str]) -> None:
        cells = (
            f'"{value}"' if self._special(value) else value for value in (each.replace('"', '""') for each in values)
        )
        self._text.write(self._separator.join(cells) + "\n")

    def _special(self, value: str) -> bool:
        return any(mark in value for mark in (self._separator, '"', "\n", "\r"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._text.close()
        if not self.many:
            self._file.unlink()


def nowhere(_: Entry, __: str) -> None:
    """Ignore a refused entry."""


Reject = Callable[[Entry, str], None]
