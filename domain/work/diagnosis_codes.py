"""Codes of a diagnosis as phones offer them, in order; one once used is never dropped, since history has it."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final = (
    "dead",
    "intermittent",
    "leaking",
    "noisy",
    "overheating",
    "no_heat",
    "no_cooling",
    "no_power",
    "error_code",
    "damaged",
    "poor_performance",
    "other",
)

CAUSES: Final = (
    "wear",
    "defective_part",
    "blockage",
    "loose_connection",
    "wrong_setting",
    "wrong_use",
    "power_supply",
    "software",
    "earlier_repair",
    "environment",
    "unknown",
    "other",
)

REMEDIES: Final = (
    "part_replaced",
    "part_repaired",
    "cleaned",
    "adjusted",
    "tightened",
    "reset",
    "software_updated",
    "unit_replaced",
    "user_instructed",
    "no_fault_found",
    "other",
)
