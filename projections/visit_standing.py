"""Where a visit stands: read off what was decided and told, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from domain.instant import recorded_instant
from domain.visit_status import OVER, Status, further
from projections.table import Row

TOLD = {
    "visit.accepted": Status.ACCEPTED,
    "visit.travel_started": Status.TRAVELLING,
    "visit.arrived": Status.ON_SITE,
    "visit.paused": Status.PAUSED,
    "visit.resumed": Status.ON_SITE,
    "visit.done": Status.DONE,
    "visit.not_done": Status.NOT_DONE,
}
"""How far each fact brings a visit."""

_TIMES = {
    "visit.dispatched": "dispatched_at",
    "visit.accepted": "accepted_at",
    "visit.travel_started": "travel_started_at",
    "visit.arrived": "arrived_at",
    "visit.done": "ended_at",
    "visit.not_done": "ended_at",
    "visit.cancelled": "ended_at",
}
TIMES = tuple(dict.fromkeys(_TIMES.values()))
"""The columns that say when it came to something."""


class _Walk:
    """A walk along the steps of a visit."""

    def __init__(self) -> None:
        self.status = Status.PLANNED
        self.technician: str | None = None
        self.times: dict[str, str] = {}
        self.end: Row | None = None

    def take(self, step: Row) -> None:
        """Go on by one step."""
        what = step["what"]
        if what in TOLD:
            self._tell(step)
        elif what == "visit.planned":
            self.technician = step["technician"]
        elif what == "visit.dispatched":
            if step["technician"] != self.technician:
                self._begin_anew(step["technician"])
            self._go(step, further(self.status, Status.DISPATCHED))
        elif what == "visit.declined":
            self._begin_anew(None)
        elif what == "visit.rescheduled" and self.status == Status.ACCEPTED:
            self.status = Status.DISPATCHED
        elif what == "visit.cancelled" and self.status not in OVER:
            self._go(step, Status.CANCELLED)

    def _tell(self, step: Row) -> None:
        """A fact counts if it was told by whoever had the visit when it happened, or was asked to take it."""
        if self.technician in (step["technician"], None) and not step.get("unasked"):
            if step["what"] == "visit.accepted":
                self.technician = self.technician or step["technician"]
            self._go(step, further(self.status, TOLD[step["what"]]))

    def _go(self, step: Row, status: Status) -> None:
        if status in OVER and status != self.status:
            self.end = step
            self.times["ended_at"] = step["at"]
        elif step["what"] in _TIMES:
            self.times.setdefault(_TIMES[step["what"]], step["at"])
        self.status = status

    def _begin_anew(self, technician: str | None) -> None:
        self.status, self.technician, self.times, self.end = Status.PLANNED, technician, {}, None


def standing(steps: Iterable[Row]) -> Row:
    """What follows from a visit's steps, which are in order."""
    walk = _Walk()
    for step in steps:
        walk.take(step)
    end = walk.end if walk.end and walk.status != Status.DONE else None
    return {
        "technician": UUID(walk.technician) if walk.technician else None,
        "status": walk.status.value,
        "reason": end.get("reason") if end else None,
        "note": end.get("note") if end else None,
        **{name: _instant(walk.times.get(name)) for name in TIMES},
    }


def _instant(text: str | None) -> Any:
    return recorded_instant(text) if text else None
