"""What goes on under another id since it was merged: the rows above a row, and the last of them, which stands."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.engine.projection import Rows
from projections.engine.table import Row, Table

MOST_STEPS: Final = 100
"""As many merges one behind the other are followed upwards."""


def rows_above(rows: Rows, table: Table, id: UUID) -> list[Row]:
    """The rows in which one goes on that was merged (`merged_into`), the next one first; none for one that was not."""
    found: list[Row] = []
    row = rows.get(table, id)
    while row is not None and row["merged_into"] is not None and len(found) < MOST_STEPS:
        row = rows.get(table, row["merged_into"])
        if row is not None:
            found.append(row)
    return found


def surviving_row(rows: Rows, table: Table, id: UUID) -> Row | None:
    """The row that stands for an id, its own where it was not merged; None for one that is not known."""
    above = rows_above(rows, table, id)
    return above[-1] if above else rows.get(table, id)
