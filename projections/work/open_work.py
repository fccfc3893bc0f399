"""Open work: work orders of a case, open discrepancies about them, and customers of a technician's open orders."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from projections.care.merges import one_customer
from projections.engine.reader import Reader
from projections.engine.views import Views


def work_orders_of(reader: Reader, case: UUID) -> list[UUID]:
    """All work orders of a case, ended ones included. Reads the views `cases` and `work_orders`."""
    rows = reader.fetch_all(
        """
        WITH RECURSIVE one (id) AS (
            SELECT %(case)s::uuid
            UNION
            SELECT cases.id FROM cases JOIN one ON cases.merged_into = one.id
        )
        SELECT work_orders.id FROM work_orders JOIN one ON work_orders.case_id = one.id
        """,
        {"case": case},
    )
    return [row["id"] for row in rows]


def open_discrepancies(reader: Reader, work_orders: Collection[UUID]) -> list[UUID]:
    """The open discrepancies about these work orders. Reads `discrepancies`."""
    rows = reader.fetch_all("SELECT id FROM discrepancies WHERE open AND work_order = ANY(%s)", (list(work_orders),))
    return [row["id"] for row in rows]


def works_for(reader: Reader, technician: UUID, customer: UUID) -> bool:
    """Whether an open work order of this customer is assigned to this technician.

    All entries of the customer count. Reads the views `work_orders` and `customers`.
    """
    row = reader.fetch_one(
        """
        SELECT 1 AS found FROM work_orders
        WHERE customer = ANY(%s) AND technician = %s AND status NOT IN ('closed', 'cancelled')
        LIMIT 1
        """,
        (one_customer(reader, customer), technician),
    )
    return row is not None


def working_for(views: Views) -> Callable[[UUID, UUID], bool]:
    """A function that reads from the views whether a technician has open work for a customer."""

    def ask(technician: UUID, customer: UUID) -> bool:
        with views.now() as reader:
            return works_for(reader, technician, customer)

    return ask
