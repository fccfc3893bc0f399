"""Merged rows: the rows that a row was merged into, and the last of them, which survives."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from projections.engine.projection import Rows
from projections.engine.table import Row, Table

MOST_STEPS: Final = 100
"""The number of consecutive merges that are followed at most."""


def rows_above(rows: Rows, table: Table, id: UUID) -> list[Row]:
    """The rows that one was merged into (`merged_into`), nearest first; none for one that was not merged."""
    found: list[Row] = []
    row = rows.get(table, id)
    while row is not None and row["merged_into"] is not None and len(found) < MOST_STEPS:
        row = rows.get(table, row["merged_into"])
        if row is not None:
            found.append(row)
    return found


def surviving_row(rows: Rows, table: Table, id: UUID) -> Row | None:
    """The surviving row for an id, its own where it was not merged; None for an unknown id."""
    above = rows_above(rows, table, id)
    return above[-1] if above else rows.get(table, id)
