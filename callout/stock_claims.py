"""Finds contradictions between the lines of one table about the same part or stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from callout.import_entry import BadLine
from callout.recorded_stock import Opening
from callout.stock_rows import Cost, StockRow
from domain.kernel.spelling import compact
from domain.stock.unit_misfits import same_unit


class Claims:
    """The first line about each unit, cost and stock; an equal later line is no contradiction.

    Only lines that can be read are kept, so that none is compared with what was refused itself.
    """

    def __init__(self, parts: Mapping[str, Mapping[str, Any]]) -> None:
        """`parts` are those of the catalogue by their compact numbers, to which those of this import are added."""
        self._parts = parts
        self._units: dict[str, tuple[int, str]] = {}
        self._costs: dict[tuple[str, date], tuple[int, Cost]] = {}
        self._stock: dict[Opening, tuple[int, str]] = {}

    def check(self, row: StockRow, column: int) -> None:
        """Raise `BadLine` for a unit that is not the catalogue's or an earlier line's, or another cost of the same day.

        `column` is that of the unit.
        """
        number, unit = compact(row.cells["number"]), row.cells["unit"]
        part, line = self._parts.get(number), self._units.get(number)
        here = f"line {row.line}, column {column}: the unit is {unit[:40]}"
        if line is not None and not same_unit(unit, line[1]):
            raise BadLine(f"{here}, and line {line[0]} said {line[1][:40]} of the same part")
        if part is not None and not same_unit(unit, part["unit"]):
            raise BadLine(f"{here}, and the catalogue has {part['number']} in {part['unit']}")
        if row.cost is None:
            return
        before = self._costs.get((number, row.cost.since))
        if before is not None and not before[1].is_as_much_as(row.cost):
            raise BadLine(
                f"line {row.line} says a cost of {row.cost.written()}, and line {before[0]} said"
                f" {before[1].written()} of the same part and day"
            )

    def keep(self, row: StockRow, opening: Opening | None) -> None:
        """Remember a line about the stock `opening`; raises `BadLine` for another quantity than an earlier line's."""
        if opening is not None and row.quantity is not None:
            line, quantity = self._stock.setdefault(opening, (row.line, row.quantity))
            if quantity != row.quantity:
                raise BadLine(f"line {row.line} says {row.quantity}, and line {line} said {quantity} of the same stock")
        number = compact(row.cells["number"])
        self._units.setdefault(number, (row.line, row.cells["unit"]))
        if row.cost is not None:
            self._costs.setdefault((number, row.cost.since), (row.line, row.cost))
