"""The table of results that came late, which the documents of operations are rendered from."""

from __future__ import annotations

from projections.engine.table import Table

RESULTS = Table(
    "device_results",
    {
        "id": "text NOT NULL",
        "operation": "uuid NOT NULL",
        "device": "uuid NOT NULL",
        "incarnation": "bigint",
        "seq": "bigint NOT NULL",
        "text_version": "bigint NOT NULL",
        "contested": "boolean NOT NULL",
        "technician": "uuid NOT NULL",
        "status": "text NOT NULL",
        "notices": "json NOT NULL",
        "problem": "json",
        "positions": "json NOT NULL",
    },
    key=("id",),
    indexes=(("operation", "device", "seq"),),
)
"""As the protocol tells results. One that was released is `applied`, one that was discarded is `rejected`.

The first one under an id has that as `id`; each that contests it has one of its own.
"""
