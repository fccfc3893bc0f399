"""The views that a query reads besides its own, because filters follow merges."""

from __future__ import annotations

from typing import Any

from projections.care.cases import Cases
from projections.care.customers import Customers
from projections.engine.projection import Projection


def merged(query: dict[str, Any]) -> tuple[Projection, ...]:
    """The views that hold the merges of the customer and the case in the filters of a query."""
    wanted: tuple[Projection, ...] = (Customers(),) if "customer" in query else ()
    return (*wanted, Cases()) if "case" in query else wanted
