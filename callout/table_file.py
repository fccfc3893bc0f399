"""Tables in text files: encoding, separator, and rows with their errors."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from callout.import_entry import BadLine

LONGEST: Final = 8_000
"""The most characters of a value; a longer one is an unclosed quote, or the file is no table."""
_MOST_LINES: Final = 200
"""The most lines of a row with quoted line ends."""
_BLOCK: Final = 1 << 20
_SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Written(NamedTuple):
    """The encoding and separator of a file."""

    encoding: str
    separator: str

    def __str__(self) -> str:
        return f"{self.encoding.upper()}, separated by {_SEPARATORS[self.separator]}"


class Row(NamedTuple):
    """A row: the number of its first line, its values, and why it cannot be read, if it cannot."""

    line: int
    values: list[str]
    wrong: str | None = None

    def is_empty(self) -> bool:
        """Whether it is empty."""
        return self.wrong is None and not any(value.strip() for value in self.values)


def how_written(file: Path) -> Written:
    """The encoding and separator, detected from the first bytes, whether all of it is UTF-8, and the first line."""
    encoding = _encoding(file)
    with file.open(encoding=encoding, errors="replace", newline="") as text:
        head = next((line for line in io.StringIO(text.read(_BLOCK)) if line.strip()), "")
    counts = {separator: _outside_quotes(head).count(separator) for separator in _SEPARATORS}
    return Written(encoding, max(counts, key=lambda separator: counts[separator]))


def rows(file: Path, written: Written) -> Iterator[Row]:
    """The rows of a file, the headings first; what cannot be read is a row with the reason."""
    with file.open(encoding=written.encoding, errors="replace", newline=None) as text:
        number, waiting = 0, [*_lines(text, 1)]
        while waiting:
            line = waiting.pop(0)
            number += 1
            row, more = _row(number, line, written.separator), 0
            if row.wrong == _OPEN:
                row, more = _over_lines(row, line, waiting, text, written.separator)
            del waiting[:more]
            number += more
            yield row
            if not waiting:
                waiting = [*_lines(text, 1)]


_OPEN: Final = "open"


def _over_lines(row: Row, line: str, waiting: list[str], text: io.TextIOBase, separator: str) -> tuple[Row, int]:
    """A row whose quote is closed on one of the next lines, and how many of them it takes."""
    whole = line
    for more in range(1, _MOST_LINES):
        if len(waiting) < more:
            waiting.extend(_lines(text, 1))
        if len(waiting) < more or len(whole) > LONGEST:
            break
        whole += waiting[more - 1]
        joined = _row(row.line, whole, separator)
        if joined.wrong is None:
            return joined, more
        if joined.wrong != _OPEN:
            break
    column = len(row.values)
    return Row(row.line, [line.rstrip("\n")], f"line {row.line}, column {column}: this quote is never closed"), 0


def _row(number: int, line: str, separator: str) -> Row:
    """One row, from the text of one line or of several."""
    if "\0" in line:
        column = line[: line.index("\0")].count(separator) + 1
        return Row(
            number, [line.replace("\0", "").rstrip("\n")], f"line {number}, column {column}: there is a NUL byte"
        )
    text = line.removesuffix("\n")
    values: list[str] = []
    at = 0
    while True:
        column = len(values) + 1
        if text.startswith('"', at):
            end, value = _quoted(text, at + 1)
            if end is None:
                return Row(number, [*values, ""], _OPEN)
            if end < len(text) and text[end] != separator:
                why = "a value goes on behind its closing quote; quotes within a value are written twice"
                return Row(number, [text], f"line {number}, column {column}: {why}")
        else:
            found = text.find(separator, at)
            end = len(text) if found < 0 else found
            value = text[at:end]
        if len(value) > LONGEST:
            return Row(
                number, [text[:LONGEST]], f"line {number}, column {column}: this is longer than {LONGEST} characters"
            )
        values.append(value)
        if end >= len(text):
            return Row(number, values)
        at = end + 1


def _quoted(text: str, at: int) -> tuple[int | None, str]:
    """The end and the text of the quoted value that begins at `at`; None where the quote is not closed."""
    start = at
    while True:
        at = text.find('"', at)
        if at < 0:
            return None, ""
        if not text.startswith('""', at):
            return at + 1, text[start:at].replace('""', '"')
        at += 2


def _lines(text: io.TextIOBase, many: int) -> Iterator[str]:
    """The first `many` lines; one that is too long is truncated."""
    for _ in range(many):
        line = text.readline(4 * LONGEST)
        if not line:
            return
        rest = line
        while not rest.endswith("\n") and (rest := text.readline(_BLOCK)):
            pass
        yield line if line.endswith("\n") else line + "\n"


def _encoding(file: Path) -> str:
    with file.open("rb") as data:
        head = data.read(4096)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head and (zeros := head.count(0)) > len(head) // 4:
            return "utf-16-le" if head[1::2].count(0) > zeros // 2 else "utf-16-be"
        data.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := data.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def headings_of(found: Iterator[Row]) -> Row:
    """The first row that is not empty; raises `BadLine` where there is none, or it cannot be read."""
    for row in found:
        if row.wrong is not None:
            raise BadLine(row.wrong)
        if not row.is_empty():
            return row
    raise BadLine("line 1 names the columns; the file is empty")
