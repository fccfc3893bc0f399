"""Where a work order stands: read off what happened to it, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.instant import parse_instant
from domain.work_order_status import FINISHED, Status
from domain.work_order_status import standing as unhindered
from projections.facts import happened
from projections.table import Row

BEGIN = frozenset(
    {
        "work_order.diagnosed",
        "work_order.labour_recorded",
        "visit.travel_started",
        "visit.arrived",
        "part_used",
    }
)
"""What says that the work has begun."""

_ENDS = {"work_order.closed": Status.CLOSED, "work_order.cancelled": Status.CANCELLED}
_OUTCOMES = {"work_order.completed": Status.COMPLETED, "work_order.cannot_complete": Status.CANNOT_COMPLETE}


class _Walk:
    """A walk along the steps of an order."""

    def __init__(self) -> None:
        self.status = Status.UNSCHEDULED
        self.begun = self.assigned = False
        self.hold: Row | None = None
        self.started_at: str | None = None
        self.finished_at: str | None = None

    def take(self, step: Row) -> None:
        """Go on by one step. What has no place where the order stands changes nothing."""
        what, status = step["what"], self.status
        if what in BEGIN:
            self.begun = True
            self.started_at = self.started_at or step["at"]
            self.status = Status.IN_PROGRESS if status in (Status.UNSCHEDULED, Status.SCHEDULED) else status
        elif what == "work_order.assigned":
            self.assigned = True
            self.status = Status.SCHEDULED if status == Status.UNSCHEDULED else status
        elif what in _OUTCOMES:
            self.status, self.finished_at = _OUTCOMES[what], step["at"]
        elif what == "work_order.held" and status not in FINISHED:
            self.status, self.hold = Status.ON_HOLD, step
        elif what == "work_order.resumed" and status == Status.ON_HOLD:
            self._go_on()
        elif what == "work_order.reopened" and status in FINISHED:
            self.begun, self.finished_at = False, None
            self._go_on()

    def _go_on(self) -> None:
        self.status = unhindered(begun=self.begun, assigned=self.assigned)


def standing(row: Row) -> Row:
    """What follows from an order's `steps`, `uses` and other facts; an order that was ended stays ended."""
    used = parts_used(row["uses"])
    begun = ({"what": "part_used", **{name: use[name] for name in ("at", "device", "operation")}} for use in used)
    walk = _Walk()
    for step in sorted([*row["steps"], *begun], key=happened):
        walk.take(step)
    end = next((step for step in row["steps"] if step["what"] in _ENDS), None)
    status = _ENDS[end["what"]] if end else walk.status
    held = walk.hold if status == Status.ON_HOLD else None
    return {
        "status": status.value,
        "hold_reason": held["reason"] if held else None,
        "hold_note": held["note"] if held else None,
        "parts_used": used,
        "diagnosis": row["diagnoses"][-1] if row["diagnoses"] else None,
        "labour_minutes": sum(labour["minutes"] for labour in row["labour"]),
        "started_at": _instant(walk.started_at),
        "finished_at": _instant(walk.finished_at),
        "closed_at": _instant(end["at"] if end else None),
    }


def parts_used(uses: Iterable[Row]) -> list[Row]:
    """The uses that nothing has taken back; a correction that was itself taken back does not count."""
    moves = list(uses)
    corrections: dict[str, list[str]] = {}
    for move in moves:
        corrections.setdefault(move["corrects"], []).append(move["movement"])

    def stands(movement: str) -> bool:
        return not any(stands(correction) for correction in corrections.get(movement, ()))

    return [move for move in moves if move["corrects"] is None and stands(move["movement"])]


def _instant(text: str | None) -> Any:
    return parse_instant(text) if text else None
