"""Merged customer entries and merged cases: the ids that a query about one of them has to include."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from projections.care.customer_rows import CUSTOMERS
from projections.engine.above import surviving_row
from projections.engine.projection import Rows
from projections.engine.reader import Reader
from projections.engine.table import Row


def one_customer(reader: Reader, customer: UUID | None) -> list[UUID] | None:
    """The ids of all entries of the same customer, whichever of them is asked for; None for None.

    Reads the view `customers`.
    """
    return None if customer is None else _of_one(reader, "customers", customer)


def one_case(reader: Reader, case: UUID | None) -> list[UUID] | None:
    """The ids of all cases that were merged with this one; None for None. Reads the view `cases`."""
    return None if case is None else _of_one(reader, "cases", case)


def _of_one(reader: Reader, table: str, id: UUID) -> list[UUID]:
    rows = reader.fetch_all(
        f"""
        WITH RECURSIVE upwards (id, stays) AS (
            SELECT id, merged_into FROM {table} WHERE id = %(id)s
            UNION
            SELECT it.id, it.merged_into FROM {table} it JOIN upwards ON it.id = upwards.stays
        ), same (id) AS (
            SELECT id FROM upwards
            UNION
            SELECT it.id FROM {table} it JOIN same ON it.merged_into = same.id
        )
        SELECT id FROM same UNION SELECT %(id)s::uuid
        """,  # noqa: S608 - the table is one of two
        {"id": id},
    )
    return [row["id"] for row in rows]


def surviving_entry(rows: Rows, customer: UUID) -> Row | None:
    """The row of the entry that remains for a customer; for folds. None for an unknown one."""
    return surviving_row(rows, CUSTOMERS, customer)


def entries_of(rows: Rows, customer: UUID) -> set[UUID]:
    """The ids of all entries of the same customer; for folds."""
    survivor = surviving_entry(rows, customer)
    found: set[UUID] = set()
    due = [customer if survivor is None else survivor["id"]]
    while due:
        entry = due.pop()
        found.add(entry)
        due += [below for below in _merged_into(rows, entry) if below not in found]
    return found


def _merged_into(rows: Rows, entry: UUID) -> Iterable[UUID]:
    return (row["id"] for row in rows.where(CUSTOMERS, merged_into=entry))
