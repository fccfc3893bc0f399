"""The commands that a row of a table of stock becomes, each with what tells it from all others of the import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from callout.recorded_stock import Opening, Recorded
from callout.stock_rows import Cost, StockRow
from domain.kernel.local_time import day_starts

Command = tuple[str, str, dict[str, Any]]
"""What tells it from all others, its path behind `/api/v1/`, and its body."""


def described(id: UUID, row: StockRow) -> dict[str, Any]:
    """A new part."""
    names = [{"language": row.cells.get("language", "en"), "text": row.cells["name"]}]
    about = {name: row.cells[name] for name in ("number", "unit", "tracking", "criticality") if name in row.cells}
    return {"id": str(id), "names": names, **about, **_when(row)}


def cost_of(cost: Cost) -> dict[str, Any]:
    """What a part costs from a day on."""
    per = {} if cost.per == 1 else {"per": cost.per}
    return {"cost": {"amount": cost.amount, "currency": cost.currency}, "from": cost.since.isoformat(), **per}


def moving(row: StockRow, opening: Opening, turn: int, through: UUID | None) -> Iterator[Command]:
    """The stock comes from the supplier, into a van `through` a warehouse."""
    moved: dict[str, Any] = {"part": str(opening.part), "quantity": row.quantity, **_when(row)}
    steps: dict[str, dict[str, Any]] = {"receipt": {"kind": "receipt", "to": str(through or opening.place)}}
    if through is not None:
        transfer = {"transfer": str(uuid5(opening.id(turn, "receipt"), "transfer"))}
        steps["out"] = {"kind": "transfer_out", "from": str(through), **transfer}
        steps["in"] = {"kind": "transfer_in", "to": str(opening.place), **transfer}
    for step, fields in steps.items():
        id = opening.id(turn, step)
        yield f"opening {id}", "stock-movements", {"id": str(id), **fields, **moved}


def replaced(known: Recorded) -> Iterator[Command]:
    """What was recorded is taken back, the last movement first."""
    for movement in reversed(known.movements):
        yield f"correct {movement}", f"stock-movements/{movement}/correct", {"reason": "wrong_quantity"}


def _when(row: StockRow) -> dict[str, str]:
    """At the beginning of that day: stock is counted before work begins."""
    if row.as_of is None:
        return {}
    return {"occurred_at": day_starts(row.as_of, row.zone).isoformat(), "zone": row.zone}
