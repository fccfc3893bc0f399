"""The fields of a stock movement, its kinds, and the kinds of location that each connects."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Required, TypedDict
from uuid import UUID

from domain.kernel.money import Money
from domain.stock.location import LocationKind

MovementKind = Literal[
    "receipt",
    "transfer_out",
    "transfer_in",
    "consumption",
    "removal",
    "return_in",
    "return_to_vendor",
    "scrap",
    "adjustment",
    "correction",
]

_SHELVES: frozenset[LocationKind] = frozenset({"warehouse", "van", "site", "quarantine"})

ROUTES: dict[MovementKind, tuple[frozenset[LocationKind], frozenset[LocationKind]]] = {
    "receipt": (frozenset({"supplier"}), frozenset({"warehouse"})),
    "transfer_out": (_SHELVES, frozenset({"transit"})),
    "transfer_in": (frozenset({"transit"}), _SHELVES),
    "consumption": (frozenset({"van", "warehouse"}), frozenset({"equipment", "customer"})),
    "removal": (frozenset({"equipment"}), frozenset({"van", "quarantine"})),
    "return_in": (frozenset({"customer"}), frozenset({"quarantine"})),
    "return_to_vendor": (frozenset({"warehouse", "quarantine"}), frozenset({"supplier"})),
    "scrap": (_SHELVES | {"equipment"}, frozenset({"scrap"})),
}
"""From which kinds of location to which; an adjustment goes to or from `unexplained`, a correction back along any."""


class Movement(TypedDict, total=False):
    """The fields of a movement: `quantity` in the part's unit, `from_` and `to` are locations.

    `cost` is for `cost_per` units, None is one. `unit` is the unit of the quantity; None is the part's own.
    `billable` None leaves the question to billing; `corrects` is the movement that a correction takes back;
    `note` is free text about `person`, sealed with that person's key.
    """

    kind: Required[MovementKind]
    part: Required[UUID]
    quantity: Required[Decimal]
    from_: Required[UUID]
    to: Required[UUID]
    unit: str | None
    lot: str | None
    serials: tuple[str, ...]
    cost: Money | None
    cost_per: int | None
    reason: str | None
    work_order: UUID | None
    visit: UUID | None
    equipment: UUID | None
    customer: UUID | None
    case: UUID | None
    technician: UUID | None
    transfer: UUID | None
    count: UUID | None
    discrepancy: UUID | None
    po_line: UUID | None
    return_: UUID | None
    billable: bool | None
    approved_by: UUID | None
    corrects: UUID | None
    person: UUID | None
    note: str | None


def fits(kind: MovementKind, from_kind: LocationKind, to_kind: LocationKind) -> bool:
    """Whether a movement of this kind connects such locations."""
    if kind == "correction":
        return True
    if kind == "adjustment":
        return (from_kind == "unexplained") != (to_kind == "unexplained")
    sources, targets = ROUTES[kind]
    return from_kind in sources and to_kind in targets
