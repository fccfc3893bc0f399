"""A row of a table of stock: its cells, parsed and validated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from callout.import_entry import BadLine
from callout.table_numbers import Mark, number_of
from domain.kernel.digits import whole_number
from domain.kernel.instant import now, parse_day
from domain.kernel.local_time import local_day
from domain.kernel.problem import BadInput
from domain.kernel.quantity import format_quantity

_GERMAN: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_MOST_PER: Final = 10_000
_DIGITS: Final = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3, "OMR": 3, "JOD": 3}
"""Of the currencies whose minor unit is not a hundredth."""

Cells = Mapping[str, str]


class Cost(NamedTuple):
    """The cost of `per` units, in minor units, and from which day on."""

    amount: int
    currency: str
    per: int
    since: date

    def is_as_much_as(self, other: Cost) -> bool:
        """Whether a unit costs the same, from whichever day on."""
        return self.currency == other.currency and self.amount * other.per == other.amount * self.per

    def written(self) -> str:
        """The cost as text for people."""
        return f"{self.amount} {self.currency} (minor units) for {self.per}"


class StockRow(NamedTuple):
    """A valid row: a part, and `quantity` of it at `location` at the beginning of the day `as_of` in `zone`."""

    line: int
    cells: Cells
    cost: Cost | None
    quantity: str | None
    as_of: date | None
    zone: str


class Cell:
    """The cells of one row with their columns, for messages."""

    def __init__(self, line: int, columns: list[str], cells: Cells) -> None:
        self.line, self._columns, self.cells = line, columns, cells

    def wrong(self, name: str, why: str) -> BadLine:
        """The `BadLine` for a cell."""
        column = f" (column {self._columns.index(name) + 1})" if name in self._columns else ""
        return BadLine(f"line {self.line}: {why}{column}")


def wanted(row: Cell, mark: Mark | None, as_of: date | None, zone: str) -> StockRow:
    """Parse a row; raises `BadLine` with line and column for an invalid cell."""
    cells = row.cells
    day, today = _day(row) if "as_of" in cells else as_of, local_day(now(), zone)
    if day is not None and day > today:
        raise row.wrong("as_of", f"{day.isoformat()} is in the future")
    quantity = None
    if "quantity" in cells:
        number = number_of(cells["quantity"], mark)
        if number is None or number < 0:
            raise row.wrong(
                "quantity", f"{cells['quantity'][:40]} is no quantity: a number, not negative, six decimals at most"
            )
        quantity = format_quantity(number)
    return StockRow(row.line, cells, _cost(row, mark, day or today), quantity, day, zone)


def _cost(row: Cell, mark: Mark | None, since: date) -> Cost | None:
    cells = row.cells
    currency = cells.get("currency", "EUR").upper()
    if "cost" in cells:
        amount = whole_number(cells["cost"])
        if amount is None:
            raise row.wrong(
                "cost",
                "the cost is a whole number of minor units, cents for example; the column unit_cost takes up to six"
                " decimals of the currency itself",
            )
        return Cost(amount, currency, 1, since)
    if "unit_cost" not in cells:
        return None
    number = number_of(cells["unit_cost"], mark)
    if number is None or number < 0:
        raise row.wrong(
            "unit_cost", f"{cells['unit_cost'][:40]} is no cost: a number, not negative, six decimals at most"
        )
    minor, per = number.scaleb(_DIGITS.get(currency, 2)), 1
    while minor * per != (minor * per).to_integral_value() and per < _MOST_PER:
        per *= 10
    if minor * per != (minor * per).to_integral_value():
        raise row.wrong("unit_cost", f"{cells['unit_cost'][:40]} has more decimals than {currency} can be divided into")
    return Cost(int(minor * per), currency, per, since)


def _day(row: Cell) -> date:
    text = row.cells["as_of"]
    german = _GERMAN.fullmatch(text)
    try:
        return date(*map(int, german.groups()[::-1])) if german else parse_day(text)
    except (ValueError, BadInput):
        raise row.wrong("as_of", f"{text[:40]} is no day; write 2025-03-31") from None


def same_cost(known: Mapping[str, object], cost: Cost) -> bool:
    """Whether a cost of the catalogue is this one."""
    per, amount = known.get("per", 1), known["amount"]
    assert isinstance(per, int)
    assert isinstance(amount, int)
    return known["currency"] == cost.currency and Decimal(amount) * cost.per == Decimal(cost.amount) * per
