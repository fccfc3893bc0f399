"""Views for tests of the engine: append-only, keyed, deleting, needing another view, rendering in `finish`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import orjson

from domain.kernel.quantity import format_quantity
from domain.recording.recorded import Recorded
from domain.stock.part import Part
from domain.stock.stock_movement import StockMovement
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Table
from projections.stock.parts import PARTS, Parts

LEDGER = Table(
    "ledger",
    {"position": "bigint NOT NULL", "moved_at": "timestamptz NOT NULL", "note": "text", "details": "json NOT NULL"},
    key=("position",),
    indexes=(("moved_at",),),
    append_only=True,
)
BALANCES = Table(
    "balances",
    {"part": "uuid NOT NULL", "location": "uuid NOT NULL", "quantity": "numeric(18,6) NOT NULL", "position": "bigint"},
    key=("part", "location"),
    indexes=(("location", "part"),),
)
LABELS = Table(
    "labels",
    {"part": "uuid NOT NULL", "shelf": "uuid NOT NULL", "name": "text", "stale": "boolean NOT NULL", "label": "bytea"},
    key=("part", "shelf"),
    indexes=(("part",),),
)


class Ledger(Projection):
    """One row a movement, never changed."""

    name: ClassVar[str] = "ledger"
    tables: ClassVar[tuple[Table, ...]] = (LEDGER,)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        details = {"quantity": format_quantity(event.data.quantity), "serials": list(event.data.serials)}
        row = {"position": event.position, "moved_at": event.occurred_at, "note": event.data.reason, "details": details}
        rows.put(LEDGER, row)


class Balances(Projection):
    """One row a part and location that is not even."""

    name: ClassVar[str] = "balances"
    tables: ClassVar[tuple[Table, ...]] = (BALANCES,)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """Where from and where to."""
        yield BALANCES, (event.data.part, event.data.from_)
        yield BALANCES, (event.data.part, event.data.to)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        for location, quantity in ((event.data.from_, -event.data.quantity), (event.data.to, event.data.quantity)):
            before = rows.get(BALANCES, event.data.part, location)
            after = quantity + (before["quantity"] if before else 0)
            row = {"part": event.data.part, "location": location, "quantity": after, "position": event.position}
            if after:
                rows.put(BALANCES, row)
            else:
                rows.delete(BALANCES, event.data.part, location)


class Labels(Projection):
    """One label a part and shelf it came to, with the part's name, rendered behind each batch."""

    name: ClassVar[str] = "labels"
    tables: ClassVar[tuple[Table, ...]] = (LABELS,)
    needs: ClassVar[tuple[Projection, ...]] = (Parts(),)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        if rows.get(LABELS, event.data.part, event.data.to) is None:
            part = rows.get(PARTS, event.data.part)
            name = part["names"][0]["text"] if part else None
            row = {"part": event.data.part, "shelf": event.data.to, "name": name, "stale": True, "label": None}
            rows.put(LABELS, row)

    @on(Part.Registered, Part.Revised)
    def _named(self, event: Recorded[Part.Registered | Part.Revised], rows: Rows) -> None:
        part = rows.get(PARTS, event.stream)
        for label in rows.where(LABELS, part=event.stream):
            rows.put(LABELS, label | {"name": part["names"][0]["text"] if part else None, "stale": True})

    def finish(self, rows: Rows) -> None:
        """Render what is stale."""
        for row in rows.where(LABELS, stale=True):
            rows.put(LABELS, row | {"stale": False, "label": orjson.dumps([row["name"]])})


SAMPLES: tuple[Projection, ...] = (Parts(), Ledger(), Balances(), Labels())
