"""The document of stock: the balance of one part on the technician's van."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NotRequired, TypedDict
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.stock.location import Location
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement
from projections.documents.due import Due, Share
from projections.documents.entry import Body
from projections.documents.kind import Kind
from projections.engine.projection import Rows
from projections.engine.shapes import Quantity
from projections.engine.table import Key, Table
from projections.stock.locations import LOCATIONS
from projections.stock.stock import STOCK
from projections.stock.stock_lines import COUNTED


class StockDocument(TypedDict):
    """How much of a part is on the van; `counted_at` is when it was seen last, if ever."""

    location: UUID
    part: UUID
    on_hand: Decimal
    reserved: Quantity
    counted_at: NotRequired[datetime]


def body(rows: Rows, id: str) -> Body | None:
    """The balance of the part; `reserved` is always 0, since there are no reservations yet."""
    location, part = map(UUID, id.split("/"))
    row = rows.get(STOCK, location, part)
    if row is None:
        return None
    fields = {"location": location, "part": part, "on_hand": row["on_hand"], "reserved": "0"}
    return fields if row["counted_at"] is None else fields | {"counted_at": row["counted_at"]}


def _moved(due: Due, event: Recorded[StockMovement.Moved], rows: Rows) -> None:
    for location in (event.data.from_, event.data.to):
        _mark(due, event, rows, location, event.data.part)


def _counted(due: Due, event: Recorded[StockCount.LineCounted], rows: Rows) -> None:
    _mark(due, event, rows, event.data.location, event.data.part)


def _approved(due: Due, event: Recorded[StockCount.Approved], rows: Rows) -> None:
    for line in rows.where(COUNTED, of_count=event.stream, approved_in=event.position):
        _mark(due, event, rows, line["location"], line["part"])


def _mark(due: Due, event: Recorded, rows: Rows, location: UUID, part: UUID) -> None:
    van = rows.get(LOCATIONS, location)
    if van is not None and van["custodian"] is not None:
        due.mark(event, rows, [_of(van["custodian"], location, part)])


def _handed_over(due: Due, event: Recorded[Location.CustodyTaken], rows: Rows) -> None:
    lines = rows.where(STOCK, location=event.stream)
    if event.data.previous is not None:
        lost = [_of(event.data.previous, event.stream, line["part"]) for line in lines]
        due.withdraw(event, rows, lost, "van_handed_over")
    due.mark(event, rows, [_of(event.data.technician, event.stream, line["part"]) for line in lines])


def _of(technician: UUID, location: UUID, part: UUID) -> Share:
    return Share(technician, "stock", f"{location}/{part}")


def _touches(event: Recorded) -> Iterable[tuple[Table, Key]]:
    if event.topic == StockMovement.Moved.TOPIC:
        for location in (event.data.from_, event.data.to):
            yield LOCATIONS, (location,)
            yield STOCK, (location, event.data.part)
    elif event.topic == StockCount.LineCounted.TOPIC:
        yield LOCATIONS, (event.data.location,)


STOCK_LINE = Kind(
    "stock",
    StockDocument,
    body,
    {
        StockMovement.Moved.TOPIC: _moved,
        StockCount.LineCounted.TOPIC: _counted,
        StockCount.Approved.TOPIC: _approved,
        Location.CustodyTaken.TOPIC: _handed_over,
    },
    _touches,
)
