"""The commands for a row of a table of stock, each with a text that identifies it within the import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from callout.recorded_stock import Opening, Recorded
from callout.stock_rows import Cost, StockRow
from domain.kernel.local_time import day_starts

Command = tuple[str, str, dict[str, Any]]
"""The text that identifies it, its path after `/api/v1/`, and its body."""


def described(id: UUID, row: StockRow) -> dict[str, Any]:
    """The body of the command that registers a part."""
    names = [{"language": row.cells.get("language", "en"), "text": row.cells["name"]}]
    about = {name: row.cells[name] for name in ("number", "unit", "tracking", "criticality") if name in row.cells}
    return {"id": str(id), "names": names, **about, **_when(row)}


def cost_of(cost: Cost) -> dict[str, Any]:
    """The body of the command that sets a part's cost."""
    per = {} if cost.per == 1 else {"per": cost.per}
    return {"cost": {"amount": cost.amount, "currency": cost.currency}, "from": cost.since.isoformat(), **per}


def moving(row: StockRow, opening: Opening, turn: int, through: UUID | None) -> Iterator[Command]:
    """The movements of opening stock from the supplier, into a van `through` a warehouse."""
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
    """The commands that reverse the recorded movements, the last movement first."""
    for movement in reversed(known.movements):
        yield f"correct {movement}", f"stock-movements/{movement}/correct", {"reason": "wrong_quantity"}


def _when(row: StockRow) -> dict[str, str]:
    """The time of the commands: the beginning of the day `as_of`."""
    if row.as_of is None:
        return {}
    return {"occurred_at": day_starts(row.as_of, row.zone).isoformat(), "zone": row.zone}
