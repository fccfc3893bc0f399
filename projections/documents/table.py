"""The table of rendered documents: one row per document and audience."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.engine.table import Table

SHARED: Final = UUID("8f2d51c6-0a7b-5e94-9c3e-64d1f0b7a825")
"""The audience of documents for every device. Fixed for ever, since rows are stored under it."""

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
"""A document, or its tombstone, for one technician (`audience`) or for all.

`entry` is the JSON text that pull sends, `size` its length in bytes; `hash` is that of the body, None for a tombstone.
"""
