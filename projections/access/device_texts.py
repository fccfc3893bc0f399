"""The operation texts of a device that await a decision of the office."""

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
"""The texts that await a decision, by the version of the event in the device's stream that quarantined or held them.

Several may have the same operation id; `since` is the position at which each was quarantined or held first."""

_BY_POSITION: Final = Order(("device",), ("position", "operation"))


def settled(event: Recorded, rows: Rows) -> list[Row]:
    """Remove a text that was decided about: the one the event names, or all under its operation id if it names none."""
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
    """The newest waiting operations, and the number of all of them after adding `more`."""
    found = rows.span(QUARANTINED, _BY_POSITION, (device["id"],), limit=SHOWN, last=True)
    operations = [str(row["operation"]) for row in reversed(found)]
    return {"quarantined": operations, "quarantined_count": device["quarantined_count"] + more}
