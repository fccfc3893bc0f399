"""Importable tables: parts with their costs and opening stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from callout.assembly import Application
from callout.import_entry import BadLine, Entry
from callout.recorded_stock import Opening, Recorded, recorded
from callout.stock_claims import Claims
from callout.stock_commands import Command, cost_of, described, moving, replaced
from callout.stock_rows import Cell, StockRow, same_cost, wanted
from callout.table_file import Row, Written, headings_of, how_written, rows
from callout.table_headings import NEEDED, columns_of
from callout.table_numbers import Mark, mark_of
from domain.kernel.quantity import format_quantity, parse_quantity
from domain.kernel.spelling import compact, folded
from domain.stock.movement import fits
from projections.stock.parts import cost_on

AT_ONCE: Final = 200


class StockFile:
    """Converts rows into commands, for what has not been recorded yet.

    A line is identified by part, place and day, so that the same stock is not imported twice, whatever the name of the
    file and the rest of the line. A line that differs from what was recorded is listed in `differs` and changes
    nothing unless `replace` is set: then the stock is corrected by further movements.

    `cost` is in minor units (cents) and holds from the day of the stock on, or from today. Stock moves from the
    supplier into a warehouse; into a van, through the warehouse named `through`, or the only one.
    """

    def __init__(
        self, application: Application, file: Path, *, name: str = "", through: str | None = None,
        replace: bool = False, as_of: date | None = None, decimal: Mark | None = None,
    ) -> None:  # fmt: skip
        self._log, self._file, self._name, self._replace, self._as_of = (
            application.services.log,
            file,
            name,
            replace,
            as_of,
        )
        self._zone = application.settings.zone
        with application.services.views.now() as reader:
            parts = reader.fetch_all("SELECT * FROM parts ORDER BY position DESC")
            self._parts: dict[str, dict[str, Any]] = {compact(row["number"]): row for row in parts}
            places = reader.fetch_all("SELECT * FROM locations WHERE NOT retired")
        names = Counter(folded(place["name"]) for place in places)
        self._places = {folded(place["name"]): place for place in places if names[folded(place["name"])] == 1}
        store = None if through is None else folded(through)
        stores = [place for place in places if place["kind"] == "warehouse" and store in (None, folded(place["name"]))]
        self._store: UUID | None = stores[0]["id"] if len(stores) == 1 else None
        self.written: Written = how_written(file)
        self.headings = headings_of(rows(file, self.written))
        self._columns = columns_of(self.headings.values, self.headings.line)
        self._mark: Mark | None = decimal or mark_of(self._numbers())
        self._claims = Claims(self._parts)
        self.differs: list[tuple[int, str]] = []
        self.same = 0

    def read_as(self) -> str:
        """How the file was read, in one line."""
        mark = f", decimal {self._mark}" if self._mark else ""
        return f"read as {self.written}{mark}"

    def entries(self) -> Iterator[Entry]:
        """The commands of all rows; a row that cannot be read is an entry with the reason."""
        data = (row for row in rows(self._file, self.written) if row.line > self.headings.line and not row.is_empty())
        while batch := list(islice(data, AT_ONCE)):
            read = [(row, self._read(row)) for row in batch]
            openings = [
                opening for _, found in read if not isinstance(found, str) and (opening := found[1]) is not None
            ]
            known = recorded(self._log, openings)
            for row, found in read:
                if isinstance(found, str):
                    yield Entry(row.line, "", "", {}, unread=found, source=row)
                else:
                    yield from self._entries(row, *found, known)

    def _read(self, row: Row) -> tuple[StockRow, Opening | None] | str:
        try:
            cells = Cell(row.line, self._columns, self._cells(row))
            stock_row = wanted(cells, self._mark, self._as_of, self._zone)
            self._claims.check(stock_row, self._columns.index("unit") + 1)
            opening = self._opening(stock_row)
            self._claims.keep(stock_row, opening)
        except BadLine as problem:
            return problem.detail
        return stock_row, opening

    def _cells(self, row: Row) -> dict[str, str]:
        if row.wrong is not None:
            raise BadLine(row.wrong)
        values, many = row.values, len(self._columns)
        if len(values) < many or any(value.strip() for value in values[many:]):
            raise BadLine(f"line {row.line} has more or fewer values than there are columns")
        cells = {name: value.strip() for name, value in zip(self._columns, values, strict=False) if value.strip()}
        if lacking := [name for name in NEEDED if name not in cells]:
            raise BadLine(f"line {row.line}: {', '.join(lacking)} must be there")
        return cells

    def _opening(self, stock_row: StockRow) -> Opening | None:
        """The opening stock of the row, if it has a quantity and a location; raises `BadLine`."""
        if stock_row.quantity is None:
            return None
        if "location" not in stock_row.cells:
            raise BadLine(f"line {stock_row.line}: a quantity needs the location where it lies")
        part, place = (
            self._parts.get(compact(stock_row.cells["number"])),
            self._places.get(folded(stock_row.cells["location"])),
        )
        if place is None:
            called = stock_row.cells["location"][:60]
            raise BadLine(f"line {stock_row.line}: no location, or more than one, is called {called}")
        if not fits("transfer_in", "transit", place["kind"]):
            raise BadLine(f"line {stock_row.line}: stock lies in warehouses and vans; {place['name']} is neither")
        if place["kind"] != "warehouse" and self._store is None:
            raise BadLine(f"line {stock_row.line}: name with --through the warehouse from which vans are stocked")
        return Opening(self._name, part["id"] if part else _part_id(stock_row), place["id"], stock_row.as_of)

    def _entries(
        self, row: Row, stock_row: StockRow, opening: Opening | None, known: dict[Opening, Recorded]
    ) -> Iterator[Entry]:
        commands = [*self._of_part(stock_row)]
        if opening is not None:
            commands += self._of_stock(stock_row, opening, known[opening])
        for content, do, body in commands:
            yield Entry(row.line, content, do, body, source=row)

    def _of_part(self, stock_row: StockRow) -> Iterator[Command]:
        number = compact(stock_row.cells["number"])
        part = self._parts.get(number)
        if part is None:
            part = self._parts[number] = {
                "id": _part_id(stock_row),
                "number": stock_row.cells["number"],
                "costs": [],
                "version": 0,
            }
            part["unit"] = stock_row.cells["unit"]
            yield f"part {part['id']}", "parts", described(part["id"], stock_row)
        if stock_row.cost is None:
            return
        on_that_day = cost_on(part, stock_row.cost.since)
        if on_that_day is not None and same_cost(on_that_day, stock_row.cost):
            self.same += 1
        elif on_that_day is None or self._may_replace(stock_row, f"{part['number']} costs {_written(on_that_day)}"):
            one = cost_of(stock_row.cost)
            part["costs"] = [
                *part["costs"],
                {"from": stock_row.cost.since.isoformat(), **one["cost"], "per": stock_row.cost.per},
            ]
            yield f"cost {part['id']} {stock_row.cost} {part['version']}", f"parts/{part['id']}/set-cost", one

    def _of_stock(self, stock_row: StockRow, opening: Opening, known: Recorded) -> Iterable[Command]:
        quantity = parse_quantity(stock_row.quantity or "0", positive=False)
        place = next(place for place in self._places.values() if place["id"] == opening.place)
        through = None if place["kind"] == "warehouse" else self._store
        if known.quantity is None or known.quantity == quantity:
            self.same += known.quantity is not None
            return moving(stock_row, opening, known.turn, through) if quantity else ()
        called = f"{stock_row.cells['number']} at {place['name']}: {format_quantity(known.quantity)} recorded"
        if not self._may_replace(stock_row, f"{called}, {stock_row.quantity} in the file"):
            return ()
        turn = known.turn + bool(known.movements)
        return [*replaced(known), *(moving(stock_row, opening, turn, through) if quantity else ())]

    def _may_replace(self, stock_row: StockRow, what: str) -> bool:
        if not self._replace:
            self.differs.append((stock_row.line, f"{what}; --replace corrects it"))
        return self._replace

    def _numbers(self) -> Iterator[tuple[int, str]]:
        places = [place for place, name in enumerate(self._columns) if name in ("quantity", "unit_cost")]
        for row in rows(self._file, self.written):
            if row.wrong is None and row.line > self.headings.line:
                yield from ((row.line, row.values[place].strip()) for place in places if place < len(row.values))


def _part_id(stock_row: StockRow) -> UUID:
    return uuid5(NAMESPACE_OID, f"callout part {compact(stock_row.cells['number'])}")


def _written(cost: dict[str, Any]) -> str:
    return f"{cost['amount']} {cost['currency']} (minor units) for {cost.get('per', 1)}"
