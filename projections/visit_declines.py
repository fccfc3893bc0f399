"""Who has declined which visit: where the words of a technician are found who is erased."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from projections.table import Row, Table

DECLINES = Table(
    "visit_declines",
    {"visit": "uuid NOT NULL", "technician": "uuid NOT NULL"},
    key=("visit", "technician"),
    indexes=(("technician",),),
)


def silenced(steps: Iterable[Row], technician: UUID) -> list[Row]:
    """The steps of a visit without the technician's own words: what they said of a customer is the customer's."""
    own = {"what": "visit.declined", "technician": str(technician)}
    return [step | {"note": None} if own.items() <= step.items() else step for step in steps]
