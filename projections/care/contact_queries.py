"""Queries for contacts: one, and pages by filter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from projections.care.contacts import ContactRow
from projections.care.merges import one_case, one_customer
from projections.engine.reader import Reader


def contact(reader: Reader, contact_id: UUID) -> ContactRow | None:
    """One contact."""
    return reader.row(ContactRow, "SELECT * FROM contacts WHERE id = %s", (contact_id,))


def contacts(
    reader: Reader,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
    customer: UUID | None = None,
    case: UUID | None = None,
    status: str | None = None,
    channel: str | None = None,
    message_id: str | None = None,
    needs_decision: bool | None = None,
    external_ref: str | None = None,
    holder: UUID | None = None,
) -> list[ContactRow]:
    """At most `limit` contacts, newest first, those behind `after` (listed_at, id of the last one seen).

    `holder` is the contact that has the `message_id`, however it is spelled.
    `customer` and `case` follow merges, which asks the views `customers` and `cases`.
    """
    return reader.rows(
        ContactRow,
        """
        SELECT * FROM contacts
        WHERE (%(after)s IS NULL OR (listed_at, id) < %(after)s)
          AND (%(customers)s::uuid[] IS NULL OR customer = ANY(%(customers)s))
          AND (%(cases)s::uuid[] IS NULL OR case_id = ANY(%(cases)s))
          AND (%(status)s IS NULL OR status = %(status)s)
          AND (%(channel)s IS NULL OR channel = %(channel)s)
          AND (
            %(message_id)s IS NULL OR (md5(message_id) = md5(%(message_id)s) AND message_id = %(message_id)s)
            OR id = %(holder)s
          )
          AND (%(needs_decision)s IS NULL OR needs_decision = %(needs_decision)s)
          AND (%(external_ref)s IS NULL OR external_id = %(external_ref)s)
        ORDER BY listed_at DESC, id DESC
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "after": after,
            "customers": one_customer(reader, customer),
            "cases": one_case(reader, case),
            "status": status,
            "channel": channel,
            "message_id": message_id,
            "needs_decision": needs_decision,
            "external_ref": external_ref,
            "holder": holder,
        },
    )
