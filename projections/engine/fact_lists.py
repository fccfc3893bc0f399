"""Lists of facts as rows, one per fact: lists without a bound are kept beside the row they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from domain.kernel.instant import recorded_instant
from projections.engine.facts import WORDS
from projections.engine.ordered import Order
from projections.engine.projection import Rows
from projections.engine.table import Key, Row, Table

SHOWN: Final = 50
"""The number of facts of a list that a row or document shows, the newest ones; it has their total beside them."""

_OFFICE: Final = UUID(int=0)
_BY: Final = Order(("subject", "list"), ("at", "rank", "position"))


def facts_table(name: str) -> Table:
    """A table of facts by subject and list, in the order of `projections/engine/facts.py`."""
    return Table(
        name,
        {
            "subject": "uuid NOT NULL",
            "list": "text NOT NULL",
            "at": "timestamptz NOT NULL",
            "rank": "uuid NOT NULL",
            "position": "bigint NOT NULL",
            "operation": "uuid",
            "fact": "json NOT NULL",
        },
        key=("subject", "list", "at", "rank", "position"),
        indexes=(("subject", "operation"),),
    )


def key_of(fact: Row) -> Key:
    """The sort key of facts: the instant, then for facts of devices the operation, then the order of the log."""
    rank = UUID(fact["operation"]) if fact["device"] and fact["operation"] else _OFFICE
    return recorded_instant(fact["at"]), rank, fact["position"]


class FactLists:
    """The facts of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def add(self, rows: Rows, subject: UUID, name: str, fact: Row) -> None:
        """Add a fact to a list."""
        at, rank, position = key_of(fact)
        operation = None if fact["operation"] is None else UUID(fact["operation"])
        known = {"subject": subject, "list": name, "at": at, "rank": rank, "position": position}
        rows.put(self.table, known | {"operation": operation, "fact": fact})

    def remove(self, rows: Rows, subject: UUID, operation: UUID) -> list[Row]:
        """Remove the facts of an operation; returns the removed rows."""
        removed = rows.where(self.table, subject=subject, operation=operation)
        for row in removed:
            rows.delete(self.table, *self.table.key_of(row))
        return removed

    def newest(self, rows: Rows, subject: UUID, name: str, limit: int = SHOWN) -> list[Row]:
        """The last facts of a list, first to last."""
        found = rows.span(self.table, _BY, (subject, name), limit=limit, last=True)
        return [row["fact"] for row in reversed(found)]

    def oldest(self, rows: Rows, subject: UUID, name: str, limit: int) -> list[Row]:
        """The first facts of a list."""
        return [row["fact"] for row in rows.span(self.table, _BY, (subject, name), limit=limit)]

    def last(self, rows: Rows, subject: UUID, name: str) -> Row | None:
        """The last fact of a list."""
        return next(iter(self.newest(rows, subject, name, 1)), None)

    def first(self, rows: Rows, subject: UUID, name: str, behind: Row | None = None) -> Row | None:
        """The first fact of a list, or the first one after the fact `behind`."""
        low = () if behind is None else key_of(behind)
        found = rows.span(self.table, _BY, (subject, name), limit=2, low=low)
        return next((row["fact"] for row in found if behind is None or key_of(row["fact"]) != low), None)

    def get(self, rows: Rows, subject: UUID, name: str, fact: Row) -> Row | None:
        """The fact of a list with the same sort key."""
        row = rows.get(self.table, subject, name, *key_of(fact))
        return None if row is None else row["fact"]

    def is_late(self, rows: Rows, subject: UUID, name: str, fact: Row) -> bool:
        """Whether a new fact happened before the last known one of a list."""
        last = self.last(rows, subject, name)
        return last is not None and self.is_behind(last, fact)

    def mark_late(self, rows: Rows, subject: UUID, name: str, fact: Row, *, changed: bool) -> list[Row]:
        """Mark a fact as late, with whether it `changed` its subject's state; returns the last facts of the list."""
        self.add(rows, subject, name, fact | {"late": {"changed": changed}})
        return self.newest(rows, subject, name)

    @staticmethod
    def is_behind(fact: Row, other: Row) -> bool:
        """Whether a fact happened after the other one."""
        return key_of(fact) > key_of(other)

    def erase_texts(self, rows: Rows, subject: UUID, **equal: str) -> None:
        """Remove personal texts from the facts of a subject, or from those with these members; reads all its rows."""
        for row in rows.where(self.table, subject=subject):
            if equal.items() <= row["fact"].items() and any(row["fact"].get(name) is not None for name in WORDS):
                silent = {name: None if name in WORDS else value for name, value in row["fact"].items()}
                rows.put(self.table, row | {"fact": silent})


def counted(counts: dict[str, int], names: Iterable[str], by: int = 1) -> dict[str, int]:
    """The numbers of facts by list after `by` more in each of these lists."""
    changed: dict[str, Any] = dict(counts)
    for name in names:
        changed[name] = changed.get(name, 0) + by
    return {name: number for name, number in changed.items() if number}
