"""A finding of a check: severity, a sentence about it, and what to do."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "advice", "wrong"]


class Finding(NamedTuple):
    """`text` is a sentence about what was found, `do` what to do about it; empty when there is nothing to do.

    `advice` is worth a look, `wrong` keeps something from working or soon will.
    """

    level: Level
    text: str
    do: str = ""


def ok(text: str) -> Finding:
    """A finding that is in order."""
    return Finding("ok", text)


def advice(text: str, do: str) -> Finding:
    """A finding to look at."""
    return Finding("advice", text, do)


def wrong(text: str, do: str) -> Finding:
    """A finding that something does not work, or soon will not."""
    return Finding("wrong", text, do)
