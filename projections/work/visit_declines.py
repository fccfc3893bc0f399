"""Who has declined which visit: where the words of a technician are found who is erased."""

from __future__ import annotations

from projections.engine.table import Table

DECLINES = Table(
    "visit_declines",
    {"visit": "uuid NOT NULL", "technician": "uuid NOT NULL"},
    key=("visit", "technician"),
    indexes=(("technician",),),
)
