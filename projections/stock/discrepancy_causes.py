"""Causes of discrepancies, one row per event: a discrepancy's own row shows the first ones only."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from domain.recording.recorded import Recorded
from projections.engine.fact_lists import key_of
from projections.engine.facts import as_fact
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Row, Table

CAUSES = Table(
    "discrepancy_causes",
    {
        "discrepancy": "uuid NOT NULL",
        "at": "timestamptz NOT NULL",
        "rank": "uuid NOT NULL",
        "position": "bigint NOT NULL",
        "operation": "uuid",
        "stream": "uuid NOT NULL",
        "fact": "json NOT NULL",
    },
    key=("discrepancy", "at", "rank", "position"),
    indexes=(("discrepancy", "operation"), ("discrepancy", "stream")),
)
"""Only for the kinds whose causes are single events."""

_BY: Final = Order(("discrepancy",), ("at", "rank", "position"))


def add(rows: Rows, discrepancy: UUID, event: Recorded) -> None:
    """Add an event as a cause; an operation is one cause, however many events it has."""
    add_fact(rows, discrepancy, as_fact(event, stream=event.stream))


def add_fact(rows: Rows, discrepancy: UUID, cause: Row) -> None:
    """Add a fact, with its `stream`, as a cause."""
    operation = UUID(cause["operation"]) if cause["operation"] else None
    if operation is not None and rows.where(CAUSES, discrepancy=discrepancy, operation=operation):
        return
    at, rank, position = key_of(cause)
    known = {"discrepancy": discrepancy, "at": at, "rank": rank, "position": position, "operation": operation}
    rows.put(CAUSES, known | {"stream": UUID(cause["stream"]), "fact": cause})


def remove(rows: Rows, discrepancy: UUID, **source: Any) -> None:
    """Remove the causes of this `operation`, or of this `stream`."""
    for row in rows.where(CAUSES, discrepancy=discrepancy, **source):
        rows.delete(CAUSES, *CAUSES.key_of(row))


def first(rows: Rows, discrepancy: UUID, limit: int) -> list[Row]:
    """The first causes, in the order of occurrence."""
    return [row["fact"] for row in rows.span(CAUSES, _BY, (discrepancy,), limit=limit)]
