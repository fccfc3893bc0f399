"""The visits that were planned for a work order, whatever became of them, and that a commit has read all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from store.pool import ConnectionPool


def visits_of(pool: ConnectionPool, order: UUID) -> set[UUID]:
    """The ids of all visits of a work order."""
    rows = pool.fetch_all("SELECT visit FROM log.order_visits WHERE work_order = %s", (str(order),))
    return {visit for (visit,) in rows}


class AllVisits:
    """Carried out in the transaction that records: each of these work orders has so many visits, and no more.

    Raises `IntegrityError` when one was planned meanwhile, so that the decision is made again. Who plans one
    afterwards has read the order as it was before.
    """

    def __init__(self, numbers: Mapping[UUID, int]) -> None:
        self._numbers = numbers

    def __call__(self, cursor: Any) -> None:
        """Compare, with the cursor of that transaction."""
        for order, number in self._numbers.items():
            cursor.execute("SELECT count(*) FROM log.order_visits WHERE work_order = %s", (str(order),))
            [(there,)] = cursor.fetchall()
            if there != number:
                raise IntegrityError("a visit was planned meanwhile for a work order that ends")
