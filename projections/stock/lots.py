"""Lots: the quantity of each lot of a part at each place, as far as movements name the lot."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Final

from domain.recording.recorded import Recorded
from domain.stock.discrepancy import discrepancy_id
from domain.stock.stock_movement import StockMovement
from projections.engine.ordered import Order
from projections.engine.projection import Projection, Rows, on
from projections.engine.table import Key, Row, Table
from projections.stock.locations import LOCATIONS, Locations, must_not_be_negative

LOTS = Table(
    "lots",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "lot": "text NOT NULL",
        "on_hand": "numeric NOT NULL",
        "short_id": "uuid NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("location", "part", "lot"),
    indexes=(("part",), ("short_id",)),
)
"""`short_id` is the id of the discrepancy about a sum of the lot below zero, found or not."""

LOT_LINES = Table(
    "lot_lines",
    {
        "location": "uuid NOT NULL",
        "part": "uuid NOT NULL",
        "lot": "text NOT NULL",
        "movement": "uuid NOT NULL",
        "quantity": "numeric NOT NULL",
        "occurred_at": "timestamptz NOT NULL",
        "device": "uuid",
        "position": "bigint NOT NULL",
    },
    key=("location", "part", "lot", "movement"),
    indexes=(("location", "part", "lot", "occurred_at", "movement"),),
)
"""A movement from the view of one place: `quantity` of the lot was received (above zero) or taken."""

BY_INSTANT: Final = Order(("location", "part", "lot"), ("occurred_at", "movement"))


class Lots(Projection):
    """One row per bin, part and lot of any movement, however the part is tracked."""

    name: ClassVar[str] = "lots"
    tables: ClassVar[tuple[Table, ...]] = (LOTS, LOT_LINES)
    needs: ClassVar[tuple[Projection, ...]] = (Locations(),)

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """Both ends of a movement that names a lot."""
        if event.topic == StockMovement.Moved.TOPIC and (lot := lot_of(event)) is not None:
            for location in (event.data.from_, event.data.to):
                yield LOCATIONS, (location,)
                yield LOTS, (location, event.data.part, lot)

    @on(StockMovement.Moved)
    def _moved(self, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
        data, lot = event.data, lot_of(event)
        if lot is None:
            return
        for location, quantity in ((data.from_, -data.quantity), (data.to, data.quantity)):
            if must_not_be_negative(rows, location):
                before = rows.get(LOTS, location, data.part, lot) or {"on_hand": Decimal(0)}
                at: Row = {"location": location, "part": data.part, "lot": lot, "position": event.position}
                short = discrepancy_id("lot_short", location, data.part, lot)
                rows.put(LOTS, at | {"on_hand": before["on_hand"] + quantity, "short_id": short})
                line = {"movement": event.stream, "quantity": quantity, "occurred_at": event.occurred_at}
                rows.put(LOT_LINES, at | line | {"device": event.envelope.device})


def lot_of(event: Recorded[StockMovement.Moved]) -> str | None:
    """The lot that a movement names, as a table can store it: without NUL and surrounding blanks."""
    lot = (event.data.lot or "").replace("\0", "\ufffd").strip()
    return lot or None
