"""Parts used on a work order: each use and what took it back, one row each, and which of them stand."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from projections.fact_lists import SHOWN, key_of
from projections.ordered import Order
from projections.projection import Rows
from projections.table import Key, Row, Table

USES = Table(
    "work_order_uses",
    {
        "work_order": "uuid NOT NULL",
        "movement": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "device": "uuid",
        "corrects": "uuid",
        "stands": "boolean NOT NULL",
        "by_device": "boolean NOT NULL",
        "at": "timestamptz NOT NULL",
        "rank": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "fact": "json NOT NULL",
    },
    key=("work_order", "movement"),
    indexes=(
        ("work_order", "at", "rank", "position"),
        ("work_order", "stands", "at", "rank", "position"),
        ("work_order", "part", "by_device", "at", "rank", "position"),
    ),
)
"""`stands` says that it is a use and that nothing which stands itself has taken it back, `by_device` that it
is one that a device has told."""

TAKEN_BACK = Table(
    "work_order_uses_taken_back",
    {"work_order": "uuid NOT NULL", "movement": "uuid NOT NULL", "times": "bigint NOT NULL"},
    key=("work_order", "movement"),
)
"""How many corrections of a movement stand; it may be unknown yet."""

PART_DEVICES = Table(
    "work_order_part_devices",
    {"work_order": "uuid NOT NULL", "part": "uuid NOT NULL", "device": "uuid NOT NULL", "uses": "bigint NOT NULL"},
    key=("work_order", "part", "device"),
)
"""How many uses of a part by a device stand."""

_BY: Final = ("at", "rank", "position")
_ALL: Final = Order(("work_order",), _BY)
_STANDING: Final = Order(("work_order", "stands"), _BY)
BY_DEVICE: Final = Order(("work_order", "part", "by_device"), _BY)


def take(rows: Rows, order: UUID, use: Row) -> list[tuple[Row, int]]:
    """Add a use, or what takes one back. The uses that stand now (1) or no longer (-1), as rows."""
    at, rank, position = key_of(use)
    movement = UUID(use["movement"])
    unknown = rows.get(TAKEN_BACK, order, movement) is None
    row: Row = {
        "work_order": order,
        "movement": movement,
        "part": UUID(use["part"]),
        "device": UUID(use["device"]) if use["device"] else None,
        "corrects": UUID(use["corrects"]) if use["corrects"] else None,
        "stands": unknown and use["corrects"] is None,
        "by_device": unknown and use["corrects"] is None and bool(use["device"]),
        "at": at,
        "rank": rank,
        "position": position,
        "fact": use,
    }
    rows.put(USES, row)
    if row["corrects"] is not None:
        return _turn(rows, order, row["corrects"], 1) if unknown else []
    return [_noted(rows, row, 1)] if unknown else []


def _turn(rows: Rows, order: UUID, movement: UUID, by: int) -> list[tuple[Row, int]]:
    """One correction more, or less, of a movement stands: follow the corrections to the use that they are about."""
    while True:
        before = rows.get(TAKEN_BACK, order, movement)
        times = (before["times"] if before else 0) + by
        if times:
            rows.put(TAKEN_BACK, {"work_order": order, "movement": movement, "times": times})
        else:
            rows.delete(TAKEN_BACK, order, movement)
        row = rows.get(USES, order, movement)
        if row is None or (before is None) == (times == 0):
            return []
        by = 1 if times == 0 else -1
        if row["corrects"] is None:
            row = row | {"stands": times == 0, "by_device": times == 0 and row["device"] is not None}
            rows.put(USES, row)
            return [_noted(rows, row, by)]
        movement = row["corrects"]


def _noted(rows: Rows, row: Row, by: int) -> tuple[Row, int]:
    if row["device"] is not None:
        key: Key = row["work_order"], row["part"], row["device"]
        before = rows.get(PART_DEVICES, *key)
        uses = (before["uses"] if before else 0) + by
        if uses:
            rows.put(PART_DEVICES, dict(zip(PART_DEVICES.key, key, strict=True)) | {"uses": uses})
        else:
            rows.delete(PART_DEVICES, *key)
    return row, by


def newest(rows: Rows, order: UUID, limit: int = SHOWN) -> list[Row]:
    """The last uses and corrections, first to last."""
    return _facts(rows.span(USES, _ALL, (order,), limit=limit, last=True))


def newest_standing(rows: Rows, order: UUID, limit: int = SHOWN) -> list[Row]:
    """The last uses that stand, first to last."""
    return _facts(rows.span(USES, _STANDING, (order, True), limit=limit, last=True))


def first_standing(rows: Rows, order: UUID, behind: Row | None = None) -> Row | None:
    """The first use that stands, or the first that happened with or behind a step."""
    low = () if behind is None else key_of(behind)[:2]
    found = rows.span(USES, _STANDING, (order, True), limit=1, low=low)
    return found[0]["fact"] if found else None


def used_elsewhere(rows: Rows, order: UUID, part: UUID, device: UUID | None) -> bool:
    """Whether a use of the part by another device stands."""
    return any(row["device"] != device for row in rows.where(PART_DEVICES, work_order=order, part=part))


def _facts(found: list[Row]) -> list[Any]:
    return [row["fact"] for row in reversed(found)]
