"""The table of ready documents: one row for each that an audience has or had."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.engine.table import Table

SHARED: Final = UUID("8f2d51c6-0a7b-5e94-9c3e-64d1f0b7a825")
"""The audience of what every device gets. Fixed for ever, since rows are kept under it."""

DOCUMENTS = Table(
    "documents",
    {
        "audience": "uuid NOT NULL",
        "type": "text NOT NULL",
        "id": "text NOT NULL",
        "position": "bigint NOT NULL",
        "gone": "text",
        "hash": "text",
        "size": "bigint NOT NULL",
        "entry": "text NOT NULL",
    },
    key=("audience", "type", "id"),
    indexes=(("audience", "position"),),
)
"""A document, or the tombstone of one, for one technician (`audience`) or for all.

`entry` is the JSON text that pull sends, `size` its bytes; `hash` is that of the body, None where there is none.
"""
