"""Where a work order stands, as its row shows it: read off the few facts that decide it, however many there are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.kernel.instant import recorded_instant
from domain.work.work_order_walk import progress as walked
from projections.engine.projection import Rows
from projections.engine.table import Row
from projections.work.work_order_facts import FACTS
from projections.work.work_order_uses import first_standing


class FactRows:
    """The facts about one order among the rows; what visits and parts say of it is among them."""

    def __init__(self, rows: Rows, order: UUID) -> None:
        self._rows, self._order = rows, order

    def last(self, name: str) -> Row | None:
        """The last fact of a list."""
        return FACTS.last(self._rows, self._order, name)

    def first(self, name: str, behind: Row | None = None) -> Row | None:
        """The first fact of a list, or the first behind another fact."""
        return FACTS.first(self._rows, self._order, name, behind=behind)

    def begun(self, since: Row | None = None) -> Row | None:
        """What first said that the work has begun, or has since that fact: a fact, or a part that was used."""
        said = self.first("begin", behind=since), first_standing(self._rows, self._order, behind=since)
        return min((each for each in said if each is not None), key=lambda each: str(each["at"]), default=None)

    @staticmethod
    def what(fact: Row) -> str:
        """The topic of a fact."""
        return str(fact["what"])

    @staticmethod
    def is_behind(fact: Row, other: Row) -> bool:
        """Whether a fact happened after another one."""
        return FACTS.is_behind(fact, other)


def standing(rows: Rows, row: Row) -> Row:
    """What follows from an order's facts, as the columns of its row."""
    facts = FactRows(rows, row["id"])
    stands = walked(facts)
    return {
        "status": stands.status.value,
        "hold_reason": stands.held["reason"] if stands.held else None,
        "hold_note": stands.held["note"] if stands.held else None,
        "diagnosis": facts.last("diagnoses"),
        "started_at": _instant(facts.begun()),
        "finished_at": _instant(stands.outcome),
        "closed_at": _instant(stands.end),
    }


def _instant(fact: Row | None) -> Any:
    return recorded_instant(fact["at"]) if fact else None
