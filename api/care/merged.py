"""Which views a question reads besides its own, since it follows merges."""

from __future__ import annotations

from typing import Any

from projections.care.cases import Cases
from projections.care.customers import Customers
from projections.engine.projection import Projection


def merged(query: dict[str, Any]) -> tuple[Projection, ...]:
    """The views that say which entries are the same customer, or case, as the one that a query asks for."""
    wanted: tuple[Projection, ...] = (Customers(),) if "customer" in query else ()
    return (*wanted, Cases()) if "case" in query else wanted
