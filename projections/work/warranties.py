"""Warranties of machines, one row each: their terms and days, withdrawals, and coverage on a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, TypedDict
from uuid import UUID

from projections.engine.fact_lists import SHOWN
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.reader import Reader
from projections.engine.shapes import Day
from projections.engine.table import Row, Table

WARRANTIES = Table(
    "equipment_warranties",
    {
        "equipment": "uuid NOT NULL",
        "number": "bigint NOT NULL",
        "from_day": "date NOT NULL",
        "until_day": "date NOT NULL",
        "terms": "text NOT NULL",
        "withdrawn_from": "date",
        "withdrawn_for": "text",
        "position": "bigint NOT NULL",
    },
    key=("equipment", "number"),
)
"""All warranties, numbered from 1 for each machine; one ends on the day before `withdrawn_from`."""

Warranty = TypedDict("Warranty", {"from": Day, "until": Day, "terms": str})
"""The days on which a warranty holds, both included."""

SetWarranty = TypedDict(
    "SetWarranty",
    {
        "number": int,
        "from": Day,
        "until": Day,
        "terms": str,
        "withdrawn_from": Day | None,
        "withdrawn_for": Annotated[str | None, "A code."],
    },
)
"""A warranty as it was set, and from which day on it was withdrawn."""

_NEWEST: Final = Order(("equipment",), ("number",))


def shown(rows: Rows, machine: UUID) -> Row:
    """The newest warranties that are not withdrawn as a whole, and the newest that were withdrawn."""
    last = rows.span(WARRANTIES, _NEWEST, (machine,), limit=SHOWN, last=True)[::-1]
    withdrawn = [_public(row) for row in last if row["withdrawn_from"] is not None]
    return {"warranties": [held for row in last if (held := _held(row))], "withdrawn_warranties": withdrawn}


def _held(row: Row) -> Row | None:
    """The days and terms of a warranty as far as it holds; None when it was withdrawn as a whole."""
    until = row["until_day"]
    if row["withdrawn_from"] is not None:
        if row["withdrawn_from"] <= row["from_day"]:
            return None
        until = min(until, row["withdrawn_from"] - timedelta(days=1))
    return {"from": row["from_day"].isoformat(), "until": until.isoformat(), "terms": row["terms"]}


def _public(row: Row) -> SetWarranty:
    """A warranty as it was set, and its withdrawal."""
    day = row["withdrawn_from"]
    return {
        "number": row["number"],
        "from": row["from_day"].isoformat(),
        "until": row["until_day"].isoformat(),
        "terms": row["terms"],
        "withdrawn_from": None if day is None else day.isoformat(),
        "withdrawn_for": row["withdrawn_for"],
    }


def warranties(reader: Reader, machine: UUID, *, limit: int, after: int | None = None) -> list[SetWarranty]:
    """At most `limit` warranties of a machine, in the order of setting, those after the number `after`."""
    rows = reader.fetch_all(
        "SELECT * FROM equipment_warranties WHERE equipment = %s AND number > %s ORDER BY number LIMIT %s",
        (machine, after or 0, limit),
    )
    return [_public(row) for row in rows]


def coverage(reader: Reader, machine: UUID, day: date) -> list[SetWarranty]:
    """The warranties that hold on a day, newest first; the day is that of the fault at the machine's place."""
    rows = reader.fetch_all(
        """
        SELECT * FROM equipment_warranties
        WHERE equipment = %(machine)s AND from_day <= %(day)s AND until_day >= %(day)s
          AND (withdrawn_from IS NULL OR withdrawn_from > %(day)s)
        ORDER BY number DESC
        LIMIT %(limit)s
        """,
        {"machine": machine, "day": day, "limit": SHOWN},
    )
    return [_public(row) for row in rows]


def zone_of(reader: Reader, site: UUID | None, customer: UUID | None) -> str | None:
    """The IANA zone of a site, else of the customer; None where neither has one."""
    found = reader.fetch_one(
        """
        SELECT coalesce(
            (SELECT zone FROM sites WHERE id = %(site)s), (SELECT zone FROM customers WHERE id = %(customer)s)
        ) AS zone
        """,
        {"site": site, "customer": customer},
    )
    zone: str | None = None if found is None else found["zone"]
    return zone
