"""The sales of spare parts of 51 months, as parts used by technicians from their vans.

Part number p of month m is used by one of the two technicians who carry it, in turns by the month; each (part, month)
that is not zero is one use on some day of that month. The vans have been filled beforehand with all that will ever be
needed, through the warehouse, except for every tenth part: of those the books will be short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

STORE = UUID("3f6d3c52-9a0e-4d6e-9c5d-0a53d7d1f1a2")
TECHNICIANS = 20
FILLED = datetime(1997, 12, 1, tzinfo=UTC)


class Use(NamedTuple):
    """A quantity of a part that a technician (0 to 19) used at an instant."""

    part: str
    technician: int
    at: datetime
    quantity: int


def uses_of(rows: list[dict[str, str]]) -> Iterator[Use]:
    """Every use, part by part."""
    for number, row in enumerate(rows):
        for month, (name, sold) in enumerate(list(row.items())[1:]):
            if int(sold):
                year, of_year = name.split("-")
                at = datetime(int(year), int(of_year), 1 + number % 28, 8 + month % 9, number % 60, tzinfo=UTC)
                yield Use(row["part"], (number + 7 * (month % 2)) % TECHNICIANS, at, int(sold))


def is_short(part: str) -> bool:
    """Whether the vans were not filled with this part."""
    return int(part.removeprefix("CP-")) % 10 == 0


def needed(uses: list[Use]) -> Counter[tuple[str, int]]:
    """How many of each part each technician will need."""
    counted: Counter[tuple[str, int]] = Counter()
    for use in uses:
        counted[use.part, use.technician] += use.quantity
    return counted


def named(kind: str, name: object) -> str:
    """The id of something of the store."""
    return str(uuid5(STORE, f"{kind} {name}"))
