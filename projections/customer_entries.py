"""The entries of a customer that were merged into one of them."""

from __future__ import annotations

from uuid import UUID

from projections.reader import Reader


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
