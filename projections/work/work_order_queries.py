"""Queries for work orders: one, and pages by filter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.care.merges import one_case, one_customer
from projections.engine.reader import Reader
from projections.work.work_order_row import WorkOrderRow


def work_order(reader: Reader, order_id: UUID) -> WorkOrderRow | None:
    """One work order."""
    return reader.row(WorkOrderRow, "SELECT * FROM work_orders WHERE id = %s", (order_id,))


def work_orders(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    status: str | None = None,
    technician: UUID | None = None,
    customer: UUID | None = None,
    case: UUID | None = None,
    equipment: UUID | None = None,
    site: UUID | None = None,
    number: str | None = None,
    external_ref: str | None = None,
    holder: UUID | None = None,
) -> list[WorkOrderRow]:
    """At most `limit` work orders, newest first, after the cursor `after` (opened_at, id).

    `holder` is the order with this `number`, in any spelling.
    `customer` and `case` follow merges and read the views `customers` and `cases`.
    """
    return reader.rows(
        WorkOrderRow,
        """
        SELECT * FROM work_orders
        WHERE (%(after)s IS NULL OR (opened_at, id) < %(after)s)
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(technician)s IS NULL OR technician = %(technician)s)
          AND (%(customers)s::uuid[] IS NULL OR customer = ANY(%(customers)s))
          AND (%(cases)s::uuid[] IS NULL OR case_id = ANY(%(cases)s))
          AND (%(equipment)s IS NULL OR equipment = %(equipment)s)
          AND (%(site)s IS NULL OR site = %(site)s)
          AND (%(number)s IS NULL OR number = %(number)s OR id = %(holder)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY opened_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "after": after,
            "status": status,
            "technician": technician,
            "customers": one_customer(reader, customer),
            "cases": one_case(reader, case),
            "equipment": equipment,
            "site": site,
            "number": number,
            "external_ref": external_ref,
            "holder": holder,
        },
    )
