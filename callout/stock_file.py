"""The CSV files that can be imported: parts with what they cost, and how many lie where when work begins."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from callout.assembly import House
from callout.import_entry import BadLine, Entry
from domain.digits import whole_number

NEEDED = ("number", "name", "unit")
COLUMNS = (*NEEDED, "language", "tracking", "criticality", "cost", "currency", "location", "quantity")
Row = dict[str, str]
Command = tuple[str, dict[str, Any]]


class StockFile:
    """Turns rows into commands. A part that is known by its number is not registered again.

    `cost` is in minor units (cents) and holds from today on. Stock comes from the supplier into a warehouse; into a
    van it goes through the warehouse that is called `through`, or through the only one.
    """

    def __init__(self, house: House, through: str | None = None) -> None:
        with house.services.views.now() as reader:
            self._parts: dict[str, UUID] = {row["number"]: row["id"] for row in reader.fetch_all("SELECT * FROM parts")}
            places = reader.fetch_all("SELECT * FROM locations WHERE NOT retired")
        names = Counter(place["name"] for place in places)
        self._places = {place["name"]: place for place in places if names[place["name"]] == 1}
        stores = [place for place in places if place["kind"] == "warehouse" and through in (None, place["name"])]
        self._store: UUID | None = stores[0]["id"] if len(stores) == 1 else None

    def entries(self, file: Path) -> Iterator[Entry]:
        """The commands of all rows; raises `BadLine` for a row that cannot be read."""
        seen: Counter[str] = Counter()
        with file.open(newline="", encoding="utf-8-sig") as text:
            rows = csv.DictReader(text, strict=True)
            _check_columns(set(rows.fieldnames or ()))
            for row in rows:
                if None in row or None in row.values():
                    raise BadLine(f"line {rows.line_num} has more or fewer values than there are columns")
                told = {name: value.strip() for name, value in row.items() if value.strip()}
                content = repr(sorted(told.items()))
                seen[content] += 1
                for step, (do, body) in self._commands(told, rows.line_num, f"{content} {seen[content]}").items():
                    yield Entry(rows.line_num, f"{content} {seen[content]} {step}", do, body)

    def _commands(self, told: Row, line: int, content: str) -> dict[str, Command]:
        """The commands of a row by what they are called, whatever is known already."""
        lacking = [name for name in NEEDED if name not in told]
        if lacking:
            raise BadLine(f"line {line}: {', '.join(lacking)} must be there")
        found: dict[str, Command] = {}
        part = self._parts.get(told["number"])
        if part is None:
            part = self._parts[told["number"]] = uuid5(NAMESPACE_OID, f"callout part {told['number']}")
            names = [{"language": told.get("language", "en"), "text": told["name"]}]
            about: dict[str, Any] = {
                name: told[name] for name in ("number", "unit", "tracking", "criticality") if name in told
            }
            found["part"] = "parts", {"id": str(part), "names": names, **about}
        if "cost" in told:
            found["cost"] = f"parts/{part}/set-cost", _cost(told, line)
        if "quantity" in told:
            found |= self._stock(str(part), told, line, content)
        return found

    def _stock(self, part: str, told: Row, line: int, content: str) -> dict[str, Command]:
        place = self._places.get(told.get("location", ""))
        if place is None:
            raise BadLine(f"line {line}: no location, or more than one, is called {told.get('location', 'nothing')}")
        store = place["id"] if place["kind"] == "warehouse" else self._store
        if store is None:
            raise BadLine(f"line {line}: name with --through the warehouse from which vans are stocked")
        moved = {"part": part, "quantity": told["quantity"]}
        found: dict[str, Command] = {"receipt": ("stock-movements", {"kind": "receipt", "to": str(store), **moved})}
        if store != place["id"]:
            moved["transfer"] = str(uuid5(NAMESPACE_OID, f"callout opening {content}"))
            found["out"] = "stock-movements", {"kind": "transfer_out", "from": str(store), **moved}
            found["in"] = "stock-movements", {"kind": "transfer_in", "to": str(place["id"]), **moved}
        return found


def _cost(told: Row, line: int) -> dict[str, Any]:
    amount = whole_number(told["cost"])
    if amount is None:
        raise BadLine(f"line {line}: the cost is a whole number of minor units, cents for example")
    money = {"amount": amount, "currency": told.get("currency", "EUR")}
    return {"cost": money, "from": datetime.now(UTC).date().isoformat()}


def _check_columns(found: set[str]) -> None:
    unknown, missing = found - set(COLUMNS), set(NEEDED) - found
    if unknown or missing:
        wrong = f"missing: {', '.join(sorted(missing))}" if missing else f"unknown: {', '.join(sorted(unknown))}"
        raise BadLine(f"line 1 names the columns, some or all of {', '.join(COLUMNS)}; {wrong}")
