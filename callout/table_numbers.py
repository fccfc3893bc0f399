"""Numbers in tables, with a decimal point or a decimal comma, detected from all numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, Literal

from callout.import_entry import BadLine

Mark = Literal["point", "comma"]
_DECIMAL: Final[dict[Mark, re.Pattern[str]]] = {
    "point": re.compile(r"-?(?:0|[1-9][0-9]{0,11}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,6})?"),
    "comma": re.compile(r"-?(?:0|[1-9][0-9]{0,11}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3})(?:,[0-9]{1,6})?"),
}
"""The numbers that can be read with either mark: ASCII digits, thousands in threes or not at all."""


def mark_of(numbers: Iterable[tuple[int, str]]) -> Mark | None:
    """Which mark these numbers (each with its line) are written with; None where none of them has one.

    Raises `BadLine` where that is ambiguous, like 1.234, which is a thousand or a little more than one.
    """
    doubtful: tuple[int, str] | None = None
    sure: dict[Mark, tuple[int, str]] = {}
    for line, number in numbers:
        if "." not in number and "," not in number:
            continue
        fitting = [mark for mark, pattern in _DECIMAL.items() if pattern.fullmatch(number)]
        if len(fitting) == 1:
            sure.setdefault(fitting[0], (line, number))
        elif fitting:
            doubtful = doubtful or (line, number)
    if len(sure) == 1:
        return next(iter(sure))
    if not sure and doubtful is None:
        return None
    cases = list(sure.values()) or ([doubtful] if doubtful else [])
    seen = " and ".join(f"{number} (line {line})" for line, number in cases)
    raise BadLine(f"{seen} can be read in two ways; say --decimal point or --decimal comma")


def number_of(text: str, mark: Mark | None) -> Decimal | None:
    """The number that is written with this mark; None for anything else."""
    mark = mark or "point"
    if not _DECIMAL[mark].fullmatch(text):
        return None
    plain = text.replace(",", "") if mark == "point" else text.replace(".", "").replace(",", ".")
    return Decimal(plain)
