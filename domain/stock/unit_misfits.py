"""What does not fit about the units that a movement or a count names, by what the catalogue says of the part."""

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
    """What was said: a quantity, in which unit (None: the catalogue's), of which lot, with how many serials.

    `moved` is false for what was counted, which names neither serials nor lot.
    """

    quantity: Decimal
    unit: str | None = None
    lot: str | None = None
    serials: int = 0
    distinct: int = 0
    moved: bool = True


def unit_misfits(said: Units, tracking: Tracking, unit: str) -> Iterator[UnitMisfit]:
    """What does not fit, for a part tracked like this and kept in this unit."""
    if not same_unit(said.unit, unit):
        yield "unit_mismatch"
    if tracking == "serial":
        whole = said.quantity == said.quantity.to_integral_value()
        if not whole:
            yield "fraction_of_unit"
        if said.moved and not said.serials:
            yield "serial_missing"
        elif said.distinct < said.serials:
            yield "serial_duplicate"
        if said.serials and whole and said.serials != said.quantity:
            yield "serial_count"
    if tracking == "lot" and said.moved and not (said.lot or "").strip():
        yield "lot_missing"


def same_unit(said: str | None, unit: str) -> bool:
    """Whether nothing else than the unit was said, capitals and blanks aside."""
    return said is None or _plain(said) == _plain(unit)


def _plain(unit: str) -> str:
    return " ".join(normalize("NFKC", unit).casefold().split())
