"""Returned parts of a work order: what is left of each use, so that the parts used are net of returns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.kernel.quantity import format_quantity
from domain.stock.movement_reasons import UNUSED
from projections.engine.fact_lists import key_of
from projections.engine.projection import Rows
from projections.engine.table import Row, Table
from projections.work.work_order_uses import TAKEN_BACK, USES

RETURNS = Table(
    "work_order_returns",
    {
        "work_order": "uuid NOT NULL",
        "movement": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "quantity": "numeric NOT NULL",
        "lot": "text",
        "serials": "json NOT NULL",
        "whole": "boolean NOT NULL",
        "at": "timestamptz NOT NULL",
        "rank": "uuid NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("work_order", "movement"),
    indexes=(("work_order", "part"),),
)
"""Movements from the customer or out of the machine. With `whole` the full quantity is taken off the uses.

Otherwise only units with serials that were used on the order: a removal is mostly of parts that were there before."""

BROUGHT_BACK: Final = ("return_in", "removal")


def take_back(rows: Rows, order: UUID, fact: Row, *, kind: str, reason: str | None) -> int:
    """Subtract a return from the parts used; the change of the number of uses with something left."""
    at, rank, position = key_of(fact)
    row: Row = {"work_order": order, "movement": UUID(fact["movement"]), "part": UUID(fact["part"])}
    row |= {"quantity": Decimal(fact["quantity"]), "lot": fact["lot"], "serials": fact["serials"]}
    whole = kind == "return_in" or reason in UNUSED
    rows.put(RETURNS, row | {"whole": whole, "at": at, "rank": rank, "position": position})
    return settle(rows, order, row["part"])


def settle(rows: Rows, order: UUID, part: UUID) -> int:
    """Subtract the returns of a part from its uses; the change of the number of uses with something left.

    The result depends on the movements only, not on their order of recording: units are matched by serial, the rest is
    taken off the last uses first, those of the same lot before others.
    """
    uses = [row for row in rows.where(USES, work_order=order, part=part) if row["stands"]]
    uses.sort(key=_place, reverse=True)
    left = {use["movement"]: Decimal(use["fact"]["quantity"]) for use in uses}
    gone: dict[UUID, set[str]] = {use["movement"]: set() for use in uses}
    back = [row for row in rows.where(RETURNS, work_order=order, part=part) if _is_in_effect(rows, row)]
    for each in sorted(back, key=_place):
        _take_off(each, uses, left, gone)
    return sum(_put(rows, use, left[use["movement"]], gone[use["movement"]]) for use in uses)


def _take_off(back: Row, uses: list[Row], left: dict[UUID, Decimal], gone: dict[UUID, set[str]]) -> None:
    matched = Decimal(0)
    for use in uses:
        units = [each for each in back["serials"] if each in use["fact"]["serials"]]
        units = [each for each in units if each not in gone[use["movement"]]][: int(left[use["movement"]])]
        gone[use["movement"]].update(units)
        left[use["movement"]] -= len(units)
        matched += len(units)
    due = back["quantity"] - matched if back["whole"] else Decimal(0)
    for use in sorted(uses, key=lambda one: one["fact"]["lot"] != back["lot"]):
        off = max(min(due, left[use["movement"]]), Decimal(0))
        left[use["movement"]] -= off
        due -= off


def _put(rows: Rows, use: Row, left: Decimal, gone: set[str]) -> int:
    """Store what is left of a use; 1 when something is left again, -1 when nothing is left any more."""
    fact: Any = use["fact"]
    before, used = use["net"], Decimal(fact["quantity"])
    net_fact = None
    if left != used:
        serials = [each for each in fact["serials"] if each not in gone]
        more = {"quantity": format_quantity(left), "returned": format_quantity(used - left), "serials": serials}
        net_fact = fact | more
        if "serials_count" in fact:
            net_fact |= {"serials_count": fact["serials_count"] - len(gone)}
    if (before, use["net_fact"]) != (left > 0, net_fact):
        rows.put(USES, use | {"net": left > 0, "net_fact": net_fact})
    return int(left > 0) - int(before)


def _is_in_effect(rows: Rows, back: Row) -> bool:
    return rows.get(TAKEN_BACK, back["work_order"], back["movement"]) is None


def _place(row: Row) -> tuple[Any, ...]:
    return row["at"], row["rank"].int, row["position"]
