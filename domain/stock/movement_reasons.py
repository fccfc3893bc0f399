"""Codes of why a part was taken out or scrapped: those that phones offer, and all that are kept as codes."""

from __future__ import annotations

from typing import Final

from domain.kernel.reason import OTHER

REMOVAL_REASONS: Final = ("defective", "not_needed", "wrong_part", "upgrade", OTHER)
"""Why a part was taken out of a machine, in the order in which phones offer them."""

SCRAP_REASONS: Final = ("defective", "damaged", "expired", "used_up", OTHER)
"""Why a part was thrown away, in the order in which phones offer them."""

_OF_THE_OFFICE: Final = ("worn", "lost", "core")

MOVEMENT_REASONS: Final = frozenset({*REMOVAL_REASONS, *SCRAP_REASONS, *_OF_THE_OFFICE})
"""All codes that a movement can have as its reason; anything else is stored as free text."""

UNUSED: Final = ("not_needed", "wrong_part")
"""Reasons with which a removal takes out what was built in on the same order."""

MISTAKES: Final = (
    "wrong_part",
    "wrong_quantity",
    "wrong_location",
    "wrong_work_order",
    "recorded_twice",
    "never_happened",
)
"""Codes of why a movement is corrected."""
