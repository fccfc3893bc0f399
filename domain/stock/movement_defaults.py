"""Defaults of a movement: its ends."""

from __future__ import annotations

from typing import Final

from domain.stock.location import LocationKind
from domain.stock.movement import MovementKind

ENDS: Final[dict[MovementKind, tuple[LocationKind | None, LocationKind | None]]] = {
    "receipt": ("supplier", None),
    "transfer_out": (None, "transit"),
    "transfer_in": ("transit", None),
    "consumption": (None, "equipment"),
    "removal": ("equipment", "quarantine"),
    "return_in": ("customer", "quarantine"),
    "return_to_vendor": (None, "supplier"),
    "scrap": (None, "scrap"),
}
"""The default ends of each kind of movement, by well-known place; `equipment` is the work order's."""
