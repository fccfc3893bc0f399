"""The catalogue of parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from projections.projection import Projection, Rows, on
from projections.table import Key, Table
from store.record import Recorded

PARTS = Table(
    "parts",
    {
        "id": "uuid NOT NULL",
        "number": "text NOT NULL",
        "names": "json NOT NULL",
        "unit": "text NOT NULL",
        "tracking": "text NOT NULL",
        "criticality": "text",
        "gtins": "json NOT NULL",
        "cost": "json",
        "superseded_by": "uuid",
        "discontinued": "boolean NOT NULL",
        "position": "bigint NOT NULL",
        "version": "integer NOT NULL",
    },
    key=("id",),
    indexes=(("number",),),
)


class Parts(Projection):
    """One row a part."""

    name: ClassVar[str] = "parts"
    tables: ClassVar[tuple[Table, ...]] = (PARTS,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The part itself."""
        if event.topic in self.folds:
            yield PARTS, (event.stream,)

    @on("part.registered")
    def _registered(self, event: Recorded, rows: Rows) -> None:
        data = event.data
        rows.put(PARTS, {
            "id": event.stream, "number": data.number, "names": data.names, "unit": data.unit,
            "tracking": data.tracking, "criticality": data.criticality, "gtins": data.gtins, "cost": None,
            "superseded_by": None, "discontinued": False, "position": event.position, "version": event.version,
        })
