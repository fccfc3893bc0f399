"""The NDJSON files that can be imported: one command a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from callout.import_counts import Counts
from callout.import_entry import Entry

LONGEST: Final = 4 * 1024 * 1024
"""Bytes of a line: more is no command, and is not gathered in memory."""


def commands(file: Path) -> Iterator[Entry]:
    """The lines of a file: {"do": "work-orders", "body": {…}, "by": "anna"}; anything else is `unread`.

    Empty lines and those that begin with `#` do not count. Lines that say the same are as many commands, told apart by
    their count. Memory does not grow with the file.
    """
    with file.open("rb") as lines, Counts() as counts:
        number = 0
        while line := lines.readline(LONGEST):
            number += 1
            whole = line
            while not whole.endswith(b"\n") and (whole := lines.readline(LONGEST)):
                line = b""  # read on to the end of a line that is too long, keeping nothing
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not (said := line.strip()) or said.startswith(b"#"):
                if not line:
                    yield _unread(number, f"is longer than {LONGEST} bytes")
                continue
            yield _entry(number, said, counts)


def _entry(number: int, said: bytes, counts: Counts) -> Entry:
    try:
        said.decode()
        told = orjson.loads(said)
        do, body, by = told.pop("do"), told.pop("body", {}), told.pop("by", None)
    except UnicodeDecodeError as error:
        return _unread(number, f"is not UTF-8 (byte {error.start + 1}); save the file as UTF-8", said)
    except orjson.JSONDecodeError as error:
        return _unread(number, f'is no JSON object with "do" and "body": {error.msg} (column {error.colno})', said)
    except (AttributeError, KeyError, TypeError):
        return _unread(number, 'is no JSON object with "do" and "body"', said)
    if not isinstance(do, str) or not isinstance(body, dict) or told or not isinstance(by, str | None):
        return _unread(
            number,
            'says something else: "do" is a path, "body" an object, "by" a name, and nothing is beside them',
            said,
        )
    content = f"{said.decode()} {counts.count(said)}"
    return Entry(number, content, do.strip("/"), body, by=by, source=said.decode())


def _unread(number: int, why: str, said: bytes = b"") -> Entry:
    nothing: dict[str, Any] = {}
    return Entry(number, "", "", nothing, unread=f"line {number} {why}", source=said.decode(errors="replace"))
