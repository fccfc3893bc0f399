"""Parts used on a work order: uses and corrections, one row each, and which uses are in effect."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from projections.engine.fact_lists import SHOWN, key_of
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table

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
        "net": "boolean NOT NULL",
        "at": "timestamptz NOT NULL",
        "rank": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "fact": "json NOT NULL",
        "net_fact": "json",
    },
    key=("work_order", "movement"),
    indexes=(
        ("work_order", "at", "rank", "position"),
        ("work_order", "part"),
        ("work_order", "net", "at", "rank", "position"),
        ("work_order", "stands", "at", "rank", "position"),
        ("work_order", "part", "by_device", "at", "rank", "position"),
    ),
)
"""`stands` is whether it is a use in effect: none of its corrections is; `by_device` whether also a device recorded it.

`net` is whether something is left of it after returns; `net_fact` has the rest where something was returned."""

TAKEN_BACK = Table(
    "work_order_uses_taken_back",
    {"work_order": "uuid NOT NULL", "movement": "uuid NOT NULL", "times": "bigint NOT NULL"},
    key=("work_order", "movement"),
)
"""The number of corrections in effect of a movement, which may not be recorded yet."""

PART_DEVICES = Table(
    "work_order_part_devices",
    {"work_order": "uuid NOT NULL", "part": "uuid NOT NULL", "device": "uuid NOT NULL", "uses": "bigint NOT NULL"},
    key=("work_order", "part", "device"),
)
"""The number of uses in effect of a part by a device."""

_BY: Final = ("at", "rank", "position")
_ALL: Final = Order(("work_order",), _BY)
_IN_EFFECT: Final = Order(("work_order", "stands"), _BY)
_NET: Final = Order(("work_order", "net"), _BY)
BY_DEVICE: Final = Order(("work_order", "part", "by_device"), _BY)


def take(rows: Rows, order: UUID, use: Row) -> list[tuple[Row, int]]:
    """Add a use or a correction; the uses that changed, each with the change of the number of net uses."""
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
        "net_fact": None,
    }
    row["net"] = row["stands"]
    rows.put(USES, row)
    if row["corrects"] is not None:
        return _turn(rows, order, row["corrects"], 1) if unknown else []
    if not unknown:
        return []
    _note_device(rows, row, 1)
    return [(row, 1)]


def _turn(rows: Rows, order: UUID, movement: UUID, by: int) -> list[tuple[Row, int]]:
    """One correction of a movement more or less: follow the corrections to the use that they are about."""
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
            counts = times == 0 or row["net"]
            row = row | {"net": times == 0, "net_fact": None}
            rows.put(USES, row)
            _note_device(rows, row, by)
            return [(row, by if counts else 0)]
        movement = row["corrects"]


def _note_device(rows: Rows, row: Row, by: int) -> None:
    if row["device"] is not None:
        key: Key = row["work_order"], row["part"], row["device"]
        before = rows.get(PART_DEVICES, *key)
        uses = (before["uses"] if before else 0) + by
        if uses:
            rows.put(PART_DEVICES, dict(zip(PART_DEVICES.key, key, strict=True)) | {"uses": uses})
        else:
            rows.delete(PART_DEVICES, *key)


def newest(rows: Rows, order: UUID, limit: int = SHOWN) -> list[Row]:
    """The last uses and corrections, first to last."""
    return _facts(rows.span(USES, _ALL, (order,), limit=limit, last=True))


def newest_net(rows: Rows, order: UUID, limit: int = SHOWN) -> list[Row]:
    """The last uses with something left, first to last, each with the rest."""
    found = rows.span(USES, _NET, (order, True), limit=limit, last=True)
    return [row["net_fact"] or row["fact"] for row in reversed(found)]


def first_in_effect(rows: Rows, order: UUID, behind: Row | None = None) -> Row | None:
    """The first use in effect, or the first that happened with or after the step `behind`."""
    low = () if behind is None else key_of(behind)[:2]
    found = rows.span(USES, _IN_EFFECT, (order, True), limit=1, low=low)
    return found[0]["fact"] if found else None


def used_elsewhere(rows: Rows, order: UUID, part: UUID, device: UUID | None) -> bool:
    """Whether a use of the part by another device is in effect."""
    return any(row["device"] != device for row in rows.where(PART_DEVICES, work_order=order, part=part))


def _facts(found: list[Row]) -> list[Any]:
    return [row["fact"] for row in reversed(found)]
