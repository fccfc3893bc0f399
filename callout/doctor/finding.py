"""A finding of a check: severity, a sentence about it, and what to do."""

from __future__ import annotations

from typing import Literal, NamedTuple

Level = Literal["ok", "advice", "wrong"]


class Finding(NamedTuple):
    """`says` is a sentence about what was found, `do` what to do about it; empty when there is nothing to do.

    `advice` is worth a look, `wrong` keeps something from working or soon will.
    """

    level: Level
    says: str
    do: str = ""


def ok(says: str) -> Finding:
    """All is well."""
    return Finding("ok", says)


def advice(says: str, do: str) -> Finding:
    """Something is worth a look."""
    return Finding("advice", says, do)


def wrong(says: str, do: str) -> Finding:
    """Something does not work, or soon will not."""
    return Finding("wrong", says, do)
