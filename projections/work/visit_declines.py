"""The visits that each technician has declined, to find the reasons when the technician is erased."""

from __future__ import annotations

from projections.engine.table import Table

DECLINES = Table(
    "visit_declines",
    {"visit": "uuid NOT NULL", "technician": "uuid NOT NULL"},
    key=("visit", "technician"),
    indexes=(("technician",),),
)
