"""Erased words: texts about an erased customer are in no view and on no phone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from projections.care.customer_rows import CUSTOMERS, SITES
from projections.documents.table import DOCUMENTS
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.work.work_order_row import WORK_ORDERS
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

FORGOTTEN = "an erased person's words are nowhere any more"
TABLES = (CUSTOMERS, SITES, WORK_ORDERS, DOCUMENTS, DISCREPANCIES)


class ErasedWords:
    """Searches for them at the end of a run."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check_the_end(self) -> None:
        """No text about an erased customer is left."""
        for customer in {event.stream for event in self._world.log.events if event.topic == "customer.erased"}:
            self._nowhere(customer)

    def _nowhere(self, customer: UUID) -> None:
        words = f"«{customer}»"
        for table in TABLES:
            for row in self._world.views.rows.rows(table):
                must(words not in str(row), FORGOTTEN, f"{table.name} tells of {customer}")
        for phone in self._world.phones:
            bodies = (body for (body,) in map(tuple, phone.disk.rows("SELECT body FROM documents")))
            must(not any(words in body for body in bodies), FORGOTTEN, f"phone {phone.number} tells of {customer}")
