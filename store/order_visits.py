"""The visits planned for a work order, and the check that a commit has read all of them."""

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
    """A change for the recording transaction: checks that each of these work orders has so many visits.

    Raises `IntegrityError` when another one was planned in between, so that the decision is made again. A visit planned
    afterwards was decided before the change of the order, and conflicts with it.
    """

    def __init__(self, numbers: Mapping[UUID, int]) -> None:
        self._numbers = numbers

    def __call__(self, cursor: Any) -> None:
        """Compare the numbers, with the cursor of that transaction."""
        for order, number in self._numbers.items():
            cursor.execute("SELECT count(*) FROM log.order_visits WHERE work_order = %s", (str(order),))
            [(there,)] = cursor.fetchall()
            if there != number:
                raise IntegrityError("a visit was planned meanwhile for a work order that ends")
