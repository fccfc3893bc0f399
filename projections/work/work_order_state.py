"""The state of a work order as columns of its row, from the few facts that determine it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.kernel.instant import recorded_instant
from domain.work.work_order_walk import progress as walked
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.work.work_order_facts import FACTS
from projections.work.work_order_uses import first_in_effect


class FactRows:
    """The facts of one order among the rows, those of its visits and movements included."""

    def __init__(self, rows: Rows, order: UUID) -> None:
        self._rows, self._order = rows, order

    def last(self, name: str) -> Row | None:
        """The last fact of a list."""
        return FACTS.last(self._rows, self._order, name)

    def first(self, name: str, behind: Row | None = None) -> Row | None:
        """The first fact of a list, or the first after the fact `behind`."""
        return FACTS.first(self._rows, self._order, name, behind=behind)

    def begun(self, since: Row | None = None) -> Row | None:
        """The first fact of begun work, after `since` if given: a fact of the order or a use of a part."""
        first_facts = self.first("begin", behind=since), first_in_effect(self._rows, self._order, behind=since)
        return min((each for each in first_facts if each is not None), key=lambda each: str(each["at"]), default=None)

    @staticmethod
    def what(fact: Row) -> str:
        """The topic of a fact."""
        return str(fact["what"])

    @staticmethod
    def is_behind(fact: Row, other: Row) -> bool:
        """Whether a fact happened after the other one."""
        return FACTS.is_behind(fact, other)


def state_of(rows: Rows, row: Row) -> Row:
    """The columns that follow from an order's facts."""
    facts = FactRows(rows, row["id"])
    progress = walked(facts)
    return {
        "status": progress.status.value,
        "hold_reason": progress.held["reason"] if progress.held else None,
        "hold_note": progress.held["note"] if progress.held else None,
        "diagnosis": facts.last("diagnoses"),
        "started_at": _instant(facts.begun()),
        "finished_at": _instant(progress.outcome),
        "closed_at": _instant(progress.end),
    }


def _instant(fact: Row | None) -> Any:
    return recorded_instant(fact["at"]) if fact else None
