"""The NDJSON files that can be imported: one command a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from callout.import_counts import Counts
from callout.import_entry import Entry

LONGEST: Final = 4 * 1024 * 1024
"""The longest line in bytes; a longer one is not read into memory."""


def commands(file: Path) -> Iterator[Entry]:
    """The lines of a file: {"do": "work-orders", "body": {…}, "by": "anna"}; anything else is `unread`.

    Empty lines and those that begin with `#` are ignored. Equal lines are separate commands, distinguished by their
    count. Memory does not grow with the file.
    """
    with file.open("rb") as lines, Counts() as counts:
        number = 0
        while line := lines.readline(LONGEST):
            number += 1
            whole = line
            while not whole.endswith(b"\n") and (whole := lines.readline(LONGEST)):
                line = b""  # skip the rest of a line that is too long
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not (text := line.strip()) or text.startswith(b"#"):
                if not line:
                    yield _unread(number, f"is longer than {LONGEST} bytes")
                continue
            yield _entry(number, text, counts)


def _entry(number: int, text: bytes, counts: Counts) -> Entry:
    try:
        text.decode()
        fields = orjson.loads(text)
        do, body, by = fields.pop("do"), fields.pop("body", {}), fields.pop("by", None)
    except UnicodeDecodeError as error:
        return _unread(number, f"is not UTF-8 (byte {error.start + 1}); save the file as UTF-8", text)
    except orjson.JSONDecodeError as error:
        return _unread(number, f'is no JSON object with "do" and "body": {error.msg} (column {error.colno})', text)
    except (AttributeError, KeyError, TypeError):
        return _unread(number, 'is no JSON object with "do" and "body"', text)
    if not isinstance(do, str) or not isinstance(body, dict) or fields or not isinstance(by, str | None):
        return _unread(
            number,
            'has other members: "do" is a path, "body" an object, "by" a name, and there are no others',
            text,
        )
    content = f"{text.decode()} {counts.count(text)}"
    return Entry(number, content, do.strip("/"), body, by=by, source=text.decode())


def _unread(number: int, why: str, text: bytes = b"") -> Entry:
    nothing: dict[str, Any] = {}
    return Entry(number, "", "", nothing, unread=f"line {number} {why}", source=text.decode(errors="replace"))
