"""Misfits between the units of a movement or a count and the catalogue entry of the part."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal, NamedTuple, get_args
from unicodedata import normalize

from domain.stock.part import Tracking

UnitMisfit = Literal[
    "serial_missing", "serial_count", "serial_duplicate", "fraction_of_unit", "lot_missing", "unit_mismatch"
]

UNIT_MISFITS: Final[tuple[UnitMisfit, ...]] = get_args(UnitMisfit)


class Units(NamedTuple):
    """The units of a movement or count: quantity, unit (None: the catalogue's), lot, number of serials.

    `moved` is false for a count, which names neither serials nor lot.
    """

    quantity: Decimal
    unit: str | None = None
    lot: str | None = None
    serials: int = 0
    distinct: int = 0
    moved: bool = True


def unit_misfits(units: Units, tracking: Tracking, unit: str) -> Iterator[UnitMisfit]:
    """The misfits of these units for a part with this tracking and unit."""
    if not same_unit(units.unit, unit):
        yield "unit_mismatch"
    if tracking == "serial":
        whole = units.quantity == units.quantity.to_integral_value()
        if not whole:
            yield "fraction_of_unit"
        if units.moved and not units.serials:
            yield "serial_missing"
        elif units.distinct < units.serials:
            yield "serial_duplicate"
        if units.serials and whole and units.serials != units.quantity:
            yield "serial_count"
    if tracking == "lot" and units.moved and not (units.lot or "").strip():
        yield "lot_missing"


def same_unit(given: str | None, unit: str) -> bool:
    """Whether two units are the same but for case and blanks; None is the same as any."""
    return given is None or _plain(given) == _plain(unit)


def _plain(unit: str) -> str:
    return " ".join(normalize("NFKC", unit).casefold().split())
