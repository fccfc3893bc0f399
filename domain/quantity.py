"""Quantities of parts: decimals with six places, never floats."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation

from domain.problem import BadInput

PLACES = Decimal("0.000001")
LIMIT = Decimal(10) ** 12
EXACT = Context(prec=1_000)
"""For sums of quantities: Python's usual 28 digits would round what many large quantities add up to."""


def parse_quantity(text: str, *, pointer: str = "/quantity", positive: bool = True) -> Decimal:
    """The quantity that `text` writes (NUMERIC(18,6)).

    Raises `BadInput` when it is no plain decimal, has more than six places or twelve whole digits, or is not above
    zero where it must be.
    """
    try:
        if any(sign in text for sign in "eE_ "):
            raise InvalidOperation
        value = Decimal(text)
        fits = value.is_finite() and abs(value) < LIMIT and value == value.quantize(PLACES)
    except (InvalidOperation, TypeError, ValueError):
        fits = False
    if not fits:
        detail = "A quantity is a plain decimal in a string, with at most six places and twelve whole digits."
        raise BadInput(detail, errors=[{"pointer": pointer, "detail": detail}])
    if value < 0 or (positive and value == 0):
        detail = "The quantity must be above zero." if positive else "The quantity must not be negative."
        raise BadInput(detail, errors=[{"pointer": pointer, "detail": detail}])
    return value


def format_quantity(value: Decimal) -> str:
    """The shortest plain writing of a quantity: `1`, `0.5`, `1200`."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"
