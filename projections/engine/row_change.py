"""Changing the row of the thing that an event is about."""

from __future__ import annotations

from domain.recording.recorded import Recorded
from projections.engine.projection import Rows
from projections.engine.table import Row, Table


def changed_by(event: Recorded) -> Row:
    """The columns that say which event changed a row last: its `position`, and its `version` of the stream."""
    return {"position": event.position, "version": event.version}


def change_row(rows: Rows, table: Table, event: Recorded, values: Row) -> None:
    """Set these values in the row of the event's stream; a row that is not there stays away."""
    if (row := rows.get(table, event.stream)) is not None:
        rows.put(table, row | values | changed_by(event))
