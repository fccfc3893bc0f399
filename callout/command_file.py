"""The NDJSON files that can be imported: one command a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson

from callout.importing import BadLine, Entry


def commands(file: Path) -> Iterator[Entry]:
    """The lines of a file: {"do": "work-orders", "body": {…}}; raises `BadLine` for anything else.

    Lines that say the same are as many commands, told apart by their count.
    """
    seen: Counter[bytes] = Counter()
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not (said := line.strip()):
                continue
            try:
                told = orjson.loads(said)
                do, body = told.pop("do"), told.pop("body", {})
            except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
                raise BadLine(f'line {number} is no JSON object with "do" and "body"') from None
            if not isinstance(do, str) or not isinstance(body, dict) or told:
                raise BadLine(f'line {number}: "do" is a path, "body" an object, and there is nothing beside them')
            seen[said] += 1
            yield Entry(number, f"{said.decode()} {seen[said]}", do.strip("/"), body)
