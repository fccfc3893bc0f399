"""Whole numbers as people and machines write them in queries, headers and paths: one spelling for each number."""

from __future__ import annotations

import re
from typing import Final

PATTERN: Final = "(?:0|[1-9][0-9]{0,15})"
"""A regular expression for what `whole_number` reads: ASCII digits, no sign, no blank, no leading zero."""
_WHOLE: Final = re.compile(PATTERN)


def whole_number(text: str) -> int | None:
    """The number that these digits spell, below 10 to the power of 16; None for any other text."""
    return int(text) if _WHOLE.fullmatch(text) else None
