"""Changing the row of an event's stream."""

from __future__ import annotations

from domain.recording.recorded import Recorded
from projections.engine.projection import Rows
from projections.engine.table import Row, Table


def changed_by(event: Recorded) -> Row:
    """The columns of the event that last changed a row: its `position`, and the `version` of its stream."""
    return {"position": event.position, "version": event.version}


def change_row(rows: Rows, table: Table, event: Recorded, values: Row) -> None:
    """Set these values in the row of the event's stream, if there is one."""
    if (row := rows.get(table, event.stream)) is not None:
        rows.put(table, row | values | changed_by(event))
