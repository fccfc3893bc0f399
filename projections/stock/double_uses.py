"""Possible double uses of one part on one order by two devices, found by comparing neighbours, not all pairs."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.work.double_use import Use, may_be_same, suspect_spans
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table
from projections.work.work_order_uses import BY_DEVICE, USES

TURNS = Table(
    "work_order_use_turns",
    {
        "work_order": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "at": "timestamptz NOT NULL",
        "rank": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "before": "timestamptz NOT NULL",
    },
    key=("work_order", "part", "at", "rank", "position"),
)
"""A use (by its place in the order) right after one by another device, at `before`, within the window.

Wherever two uses by different devices are within the window, two neighbours between them are as well.
"""

_PLACE: Final = ("at", "rank", "position")
_TURNS: Final = Order(("work_order", "part"), _PLACE)


def note(rows: Rows, use: Row) -> None:
    """Check a use by a device that came into effect or ceased to be, and the one after it, against their neighbours."""
    place, group = _place(use), (use["work_order"], use["part"], True)
    around = rows.span(USES, BY_DEVICE, group, limit=2, high=place, last=True)
    behind = rows.span(USES, BY_DEVICE, group, limit=2, low=place)
    before = next((row for row in around if row["movement"] != use["movement"]), None)
    after = next((row for row in behind if row["movement"] != use["movement"]), None)
    in_effect = use["stands"]
    _turn(rows, before if in_effect else None, use)
    if after is not None:
        _turn(rows, use if in_effect else before, after)


def _turn(rows: Rows, before: Row | None, use: Row) -> None:
    if before is None or not may_be_same(_use(before), _use(use)):
        rows.delete(TURNS, use["work_order"], use["part"], *_place(use))
    else:
        known = {name: use[name] for name in TURNS.key}
        rows.put(TURNS, known | {"before": before["at"]})


def _use(row: Row) -> Use:
    return Use(row["device"], row["at"])


def _place(use: Row) -> tuple[datetime, UUID, int]:
    return use["at"], use["rank"], use["position"]


def double_uses(rows: Rows, order: UUID, part: UUID, most: int) -> tuple[datetime, list[Row]] | None:
    """Since when uses by two devices are within the window, and the first `most` of them; None if there are none."""
    turns = rows.span(TURNS, _TURNS, (order, part), limit=most)
    found: list[Row] = []
    for low, high in suspect_spans((turn["before"], turn["at"]) for turn in turns):
        left = most - len(found)
        if left:
            found += rows.span(USES, BY_DEVICE, (order, part, True), limit=left, low=(low,), high=(high,))
    return (turns[0]["at"], found) if turns else None
