"""Quantities of parts: decimals with six places, never floats."""

from __future__ import annotations

import re
from decimal import Context, Decimal
from typing import Final

from domain.kernel.bad_input import bad_member

PATTERN: Final = r"[0-9]{1,12}(\.[0-9]{1,6})?"
"""A regular expression for what `parse_quantity` reads, without anchors."""
_WRITTEN: Final = re.compile(f"-?{PATTERN}")
"""With an optional sign, so that a negative quantity gets its own message."""
EXACT = Context(prec=1_000)
"""For sums of quantities: Python's usual 28 digits would round sums of many large ones."""


def parse_quantity(text: str, *, pointer: str = "/quantity", positive: bool = True) -> Decimal:
    """The quantity that `text` writes (NUMERIC(18,6)): ASCII digits and perhaps a point between two of them.

    Raises `BadInput` when it is no plain decimal, has more than six places or twelve whole digits, or is not above
    zero where it must be.
    """
    try:
        fits = _WRITTEN.fullmatch(text) is not None
    except TypeError:
        fits = False
    if not fits:
        raise bad_member(
            pointer, "A quantity is a plain decimal in a string, with at most six places and twelve whole digits."
        )
    value = Decimal(text)
    if value.is_signed() or (positive and value == 0):
        raise bad_member(
            pointer, "The quantity must be above zero." if positive else "The quantity must not be negative."
        )
    return value


def format_quantity(value: Decimal) -> str:
    """The shortest plain writing of a quantity: `1`, `0.5`, `1200`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
