"""Pages of the facts of a work order or visit: whole lists, of which the rows show the newest."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, TypedDict
from uuid import UUID

from projections.engine.reader import Reader

ORDER_LISTS: Final = (
    "steps",
    "parts_required",
    "uses",
    "parts_used",
    "diagnoses",
    "labour",
    "notes",
    "photos",
    "completions",
    "reported",
)
VISIT_LISTS: Final = ("steps", "signatures")


class ListedFact(TypedDict):
    """One fact of a long list, with what lists are ordered by."""

    at: datetime
    rank: UUID
    position: int
    fact: Annotated[dict[str, Any], "As the list itself shows it."]


After = tuple[datetime, UUID, int]
"""The sort key of the last fact seen: `at`, `rank`, `position`."""


def order_facts(reader: Reader, order: UUID, *, name: str, limit: int, after: After | None = None) -> list[ListedFact]:
    """At most `limit` facts of a list of `ORDER_LISTS`, the newest first, those before `after`."""
    if name not in ("uses", "parts_used"):
        return _facts(reader, "work_order_facts", order, name=name, limit=limit, after=after)
    return reader.rows(
        ListedFact,
        """
        SELECT at, rank, position, CASE WHEN %(net)s THEN coalesce(net_fact, fact) ELSE fact END AS fact
        FROM work_order_uses
        WHERE work_order = %(order)s AND (net OR NOT %(net)s)
          AND (%(after)s IS NULL OR (at, rank, position) < %(after)s)
        ORDER BY at DESC, rank DESC, position DESC
        LIMIT %(limit)s
        """,
        {"order": order, "net": name == "parts_used", "limit": limit, "after": after},
    )


def visit_facts(reader: Reader, visit: UUID, *, name: str, limit: int, after: After | None = None) -> list[ListedFact]:
    """At most `limit` facts of a list of `VISIT_LISTS`, as for a work order."""
    return _facts(reader, "visit_facts", visit, name=name, limit=limit, after=after)


def _facts(
    reader: Reader, table: str, subject: UUID, *, name: str, limit: int, after: After | None
) -> list[ListedFact]:
    return reader.rows(
        ListedFact,
        f"""
        SELECT at, rank, position, fact FROM {table}
        WHERE subject = %(subject)s AND list = %(name)s
          AND (%(after)s IS NULL OR (at, rank, position) < %(after)s)
        ORDER BY at DESC, rank DESC, position DESC
        LIMIT %(limit)s
        """,  # noqa: S608 - the table is one of two
        {"subject": subject, "name": name, "limit": limit, "after": after},
    )
