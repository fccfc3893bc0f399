"""The entries of a customer that were merged into one of them, and corrections that clash."""

from __future__ import annotations

from uuid import UUID

from projections.care.customer_rows import ClashRow
from projections.engine.reader import Reader


def entries_below(reader: Reader, customer: UUID) -> list[UUID]:
    """An entry, and those that were merged into it, however many merges ago. Reads the view `customers`."""
    rows = reader.fetch_all(
        """
        WITH RECURSIVE below (id) AS (
            SELECT %s::uuid
            UNION
            SELECT customers.id FROM customers JOIN below ON customers.merged_into = below.id
        )
        SELECT id FROM below
        """,
        (customer,),
    )
    return [row["id"] for row in rows]


def clashes(reader: Reader, *, limit: int, after: int | None = None) -> list[ClashRow]:
    """At most `limit` open clashes, oldest first, those behind the position `after`."""
    return reader.rows(
        ClashRow, "SELECT * FROM customer_clashes WHERE position > %s ORDER BY position LIMIT %s", (after or 0, limit)
    )
