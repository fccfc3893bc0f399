"""The entries of an imported file: commands, and lines that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from domain.kernel.problem import Kind, Problem


class BadLine(Problem):
    """A line of the file cannot be imported."""

    kind = Kind.UNPROCESSABLE


class Entry(NamedTuple):
    """One command of a file: `do` is the path after `/api/v1/`, `content` identifies it within the import.

    `unread` is the reason why the line is no command; the other fields are empty then. `before` is its content as
    earlier versions computed it, `by` who did it (None: the user of the import), and `source` the unchanged line, for
    those that are refused.
    """

    line: int
    content: str
    do: str
    body: Mapping[str, Any]
    unread: str | None = None
    before: str | None = None
    by: str | None = None
    source: Any = None


class Imported(NamedTuple):
    """The result of an import: commands recorded now, recorded earlier, and refused ones as (line, reason)."""

    done: int
    already: int
    refused: list[tuple[int, str]]
