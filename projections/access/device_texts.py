"""The texts of a device that wait for the office."""

from __future__ import annotations

from typing import Final

from domain.recording.recorded import Recorded
from projections.engine.fact_lists import SHOWN
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

QUARANTINED = Table(
    "device_quarantined",
    {
        "device": "uuid NOT NULL",
        "text_version": "bigint NOT NULL",
        "operation": "uuid NOT NULL",
        "position": "bigint NOT NULL",
    },
    key=("device", "text_version"),
    indexes=(("device", "operation"), ("device", "position", "operation")),
)
"""The texts that wait for the office, by the version of the device's stream that put them aside; several may be under
one operation id. Each waits since the position at which it was put aside first."""

_BY_POSITION: Final = Order(("device",), ("position", "operation"))


def settled(event: Recorded, rows: Rows) -> list[Row]:
    """Remove what does not wait any more: the text that the event names, or all under the id where it names none."""
    version = event.data.text_version
    if version is None:
        gone = rows.where(QUARANTINED, device=event.stream, operation=event.data.operation)
    else:
        row = rows.get(QUARANTINED, event.stream, version)
        gone = [] if row is None else [row]
    for row in gone:
        rows.delete(QUARANTINED, *QUARANTINED.key_of(row))
    return gone


def waiting(rows: Rows, device: Row, more: int) -> Row:
    """The operations that were put aside last, and how many wait when there are so many more."""
    found = rows.span(QUARANTINED, _BY_POSITION, (device["id"],), limit=SHOWN, last=True)
    operations = [str(row["operation"]) for row in reversed(found)]
    return {"quarantined": operations, "quarantined_count": device["quarantined_count"] + more}
