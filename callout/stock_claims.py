"""What the lines of one table say of the same part and stock: a line that contradicts an earlier one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from callout.import_entry import BadLine
from callout.stock_rows import Cost, Wanted
from callout.stock_standing import Opening
from domain.kernel.spelling import compact
from domain.stock.unit_misfits import same_unit


class Claims:
    """The first line that says something of a part or of its stock; the same again is no contradiction.

    Only lines that can be read are kept, so that none is compared with what was refused itself.
    """

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        """`parts` are those of the catalogue by their compact numbers, to which those of this import are added."""
        self._parts = parts
        self._units: dict[str, tuple[int, str]] = {}
        self._costs: dict[tuple[str, date], tuple[int, Cost]] = {}
        self._stock: dict[Opening, tuple[int, str]] = {}

    def check(self, told: Wanted, column: int) -> None:
        """Refuse a unit that is not the catalogue's or that of an earlier line, and another cost from the same day on.

        `column` is that of the unit. Raises `BadLine`.
        """
        number, unit = compact(told.cells["number"]), told.cells["unit"]
        part, line = self._parts.get(number), self._units.get(number)
        here = f"line {told.line}, column {column}: the unit is {unit[:40]}"
        if line is not None and not same_unit(unit, line[1]):
            raise BadLine(f"{here}, and line {line[0]} said {line[1][:40]} of the same part")
        if part is not None and not same_unit(unit, part["unit"]):
            raise BadLine(f"{here}, and the catalogue keeps {part['number']} in {part['unit']}")
        if told.cost is None:
            return
        before = self._costs.get((number, told.cost.since))
        if before is not None and not before[1].is_as_much_as(told.cost):
            raise BadLine(
                f"line {told.line} says a cost of {told.cost.written()}, and line {before[0]} said"
                f" {before[1].written()} of the same part and day"
            )

    def keep(self, told: Wanted, opening: Opening | None) -> None:
        """Keep what a line says, whose `opening` is what stock it is about; raises `BadLine` for another quantity."""
        if opening is not None and told.quantity is not None:
            line, quantity = self._stock.setdefault(opening, (told.line, told.quantity))
            if quantity != told.quantity:
                raise BadLine(
                    f"line {told.line} says {told.quantity}, and line {line} said {quantity} of the same stock"
                )
        number = compact(told.cells["number"])
        self._units.setdefault(number, (told.line, told.cells["unit"]))
        if told.cost is not None:
            self._costs.setdefault((number, told.cost.since), (told.line, told.cost))
