"""The commands that a row of a table of stock becomes, each with what tells it from all others of the import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid5

from callout.stock_rows import Cost, Wanted
from callout.stock_standing import Opening, Recorded
from domain.kernel.local_time import day_starts

Command = tuple[str, str, dict[str, Any]]
"""What tells it from all others, its path behind `/api/v1/`, and its body."""


def described(id: UUID, told: Wanted) -> dict[str, Any]:
    """A new part."""
    names = [{"language": told.cells.get("language", "en"), "text": told.cells["name"]}]
    about = {name: told.cells[name] for name in ("number", "unit", "tracking", "criticality") if name in told.cells}
    return {"id": str(id), "names": names, **about, **_when(told)}


def cost_of(cost: Cost) -> dict[str, Any]:
    """What a part costs from a day on."""
    per = {} if cost.per == 1 else {"per": cost.per}
    return {"cost": {"amount": cost.amount, "currency": cost.currency}, "from": cost.since.isoformat(), **per}


def moving(told: Wanted, opening: Opening, turn: int, through: UUID | None) -> Iterator[Command]:
    """The stock comes from the supplier, into a van `through` a warehouse."""
    moved: dict[str, Any] = {"part": str(opening.part), "quantity": told.quantity, **_when(told)}
    steps: dict[str, dict[str, Any]] = {"receipt": {"kind": "receipt", "to": str(through or opening.place)}}
    if through is not None:
        transfer = {"transfer": str(uuid5(opening.id(turn, "receipt"), "transfer"))}
        steps["out"] = {"kind": "transfer_out", "from": str(through), **transfer}
        steps["in"] = {"kind": "transfer_in", "to": str(opening.place), **transfer}
    for step, said in steps.items():
        id = opening.id(turn, step)
        yield f"opening {id}", "stock-movements", {"id": str(id), **said, **moved}


def replaced(known: Recorded) -> Iterator[Command]:
    """What was recorded is taken back, the last movement first."""
    for movement in reversed(known.movements):
        yield f"correct {movement}", f"stock-movements/{movement}/correct", {"reason": "wrong_quantity"}


def _when(told: Wanted) -> dict[str, str]:
    """At the beginning of that day: stock is counted before work begins."""
    if told.as_of is None:
        return {}
    return {"occurred_at": day_starts(told.as_of, told.zone).isoformat(), "zone": told.zone}
