"""Shelves: the office's list of stock, one row per place and part, with the quantities in transit and unexplained."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from domain.stock.location import ONLY_ONE, VIRTUAL
from projections.engine.reader import Reader


class ShelfRow(TypedDict):
    """How much of a part is at a place; `in_transit` and `unexplained` are those of the part."""

    location: UUID
    location_kind: str | None
    location_name: str | None
    part: UUID
    part_number: str | None
    on_hand: Decimal
    reserved: Decimal
    in_transit: Decimal
    unexplained: Decimal
    counted: Decimal | None
    counted_at: datetime | None
    moved_at: datetime | None
    position: int


def shelves(
    reader: Reader,
    *,
    limit: int,
    after: tuple[UUID, UUID] | None = None,
    location: UUID | None = None,
    part: UUID | None = None,
    below: Decimal | None = None,
) -> list[ShelfRow]:
    """At most `limit` lines by location and part, those behind `after`; `below` asks for smaller balances only.

    Places that only exist in the books, and machines, are left out unless they are asked for by `location`.
    `in_transit` and `unexplained` are those of the part, from any place. Reads `stock`, `locations`, `parts`.
    """
    return reader.rows(
        ShelfRow,
        """
        SELECT s.location, l.kind AS location_kind, l.name AS location_name, s.part, p.number AS part_number,
          s.on_hand, 0::numeric AS reserved,
          coalesce(t.on_hand, 0) AS in_transit, coalesce(u.on_hand, 0) AS unexplained,
          s.counted, s.counted_at, s.moved_at, s.position
        FROM stock s
        LEFT JOIN locations l ON l.id = s.location
        LEFT JOIN parts p ON p.id = s.part
        LEFT JOIN stock t ON t.location = %(transit)s AND t.part = s.part
        LEFT JOIN stock u ON u.location = %(unexplained)s AND u.part = s.part
        WHERE (%(after)s IS NULL OR (s.location, s.part) > %(after)s)
          AND (s.location = %(location)s
            OR (%(location)s IS NULL AND (l.kind <> ALL(%(books)s) OR s.location = %(quarantine)s)))
          AND (%(part)s IS NULL OR s.part = %(part)s)
          AND (%(below)s IS NULL OR s.on_hand < %(below)s)
        ORDER BY s.location, s.part
        LIMIT %(limit)s
        """,
        {
            "limit": limit,
            "after": after,
            "location": location,
            "part": part,
            "below": below,
            "transit": VIRTUAL["transit"],
            "unexplained": VIRTUAL["unexplained"],
            "quarantine": VIRTUAL["quarantine"],
            "books": sorted(ONLY_ONE),
        },
    )
