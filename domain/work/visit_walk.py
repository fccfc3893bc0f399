"""The progress of a visit: computed from its decisions and reported facts, in the order in which they happened.

The aggregate and the read model share these functions, so that rules and screens agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple
from uuid import UUID

from domain.kernel.walk import Step, Steps, Walked
from domain.work.visit_status import OVER, Status, further

MOST: Final = 200
"""The number of decisions that are kept, the latest ones; and of facts, the earliest and the latest ones."""

REPORTED: Final = {
    "visit.accepted": Status.ACCEPTED,
    "visit.travel_started": Status.TRAVELLING,
    "visit.arrived": Status.ON_SITE,
    "visit.paused": Status.PAUSED,
    "visit.resumed": Status.ON_SITE,
    "visit.done": Status.DONE,
    "visit.not_done": Status.NOT_DONE,
}
"""The status that each fact leads to, by topic."""

_TIMES: Final = {
    "visit.dispatched": "dispatched_at",
    "visit.accepted": "accepted_at",
    "visit.travel_started": "travel_started_at",
    "visit.arrived": "arrived_at",
    "visit.done": "ended_at",
    "visit.not_done": "ended_at",
    "visit.cancelled": "ended_at",
}
TIMES: Final = tuple(dict.fromkeys(_TIMES.values()))
"""The names of the instants in `Progress.times`."""


class Progress(NamedTuple):
    """The status of a visit, and what else follows from its steps.

    `times` are instants by the names in `TIMES`, `end` is the step that ended it. `stale` is the last acceptance that
    is not for the current plan, until the plan is accepted or the technician sets out. `changed_at` is the position of
    the last change of the plan, 0 without one, None while that is not recorded.
    """

    status: Status
    technician: UUID | None
    times: dict[str, datetime]
    end: Step | None
    stale: Step | None
    changed_at: int | None

    def is_seen(self, through: int | None) -> bool:
        """Whether somebody who had read up to this position knew the current plan; True when `through` is None."""
        return through is None or (self.changed_at is not None and through >= self.changed_at)


def progress(steps: Iterable[Step]) -> Progress:
    """The progress of a visit with these steps, given in any order.

    A fact counts if it was reported by the technician of the visit at that time, and never sets the status back. An
    acceptance is a reply: it counts if its author had read the last change of the plan (another window or technician);
    one by the office, which has no such position, is about the plan at its own instant.
    """
    walk = _Walk()
    for step in sorted(steps, key=lambda one: one.key):
        walk.take(step)
    stale = walk.stale if walk.status in (Status.PLANNED, Status.DISPATCHED) else None
    return Progress(walk.status, walk.technician, walk.times, walk.end, stale, walk.changed_at)


def progress_of(steps: Steps) -> Progress:
    """The progress of a visit by its lists of steps: its latest decisions, its earliest and its latest facts."""
    decided, latest, early = (steps.get(name, ()) for name in ("decisions", "told", "early"))
    later = {step.order for step in latest}
    return progress([*decided, *latest, *(step for step in early if step.order not in later)])


class _Walk:
    """A walk along the steps of a visit."""

    def __init__(self) -> None:
        self.status = Status.PLANNED
        self.technician: UUID | None = None
        self.times: dict[str, datetime] = {}
        self.end: Step | None = None
        self.accepted: Step | None = None
        self.stale: Step | None = None
        self.changed_at: int | None = 0
        self._given = False

    def take(self, step: Step) -> None:
        """Apply one step."""
        what = step.what
        if what in REPORTED:
            self._report(step)
        elif what == "visit.planned":
            self._give(step.technician)
        elif what == "visit.dispatched":
            if step.technician != self.technician:
                if self._given:
                    self.changed_at = step.position
                self._begin_anew(step.technician)
            self._go(step, further(self.status, Status.DISPATCHED))
        elif what == "visit.declined":
            self._begin_anew(None)
        elif what == "visit.rescheduled":
            self.changed_at = step.position
            if self.status == Status.ACCEPTED:
                self.status, self.stale = Status.DISPATCHED, self.accepted
                self.times.pop("accepted_at", None)
        elif what == "visit.cancelled" and self.status not in OVER:
            self._go(step, Status.CANCELLED)

    def _report(self, step: Step) -> None:
        if self.technician not in (step.technician, None) or step.unasked:
            return
        if step.what == "visit.accepted":
            if not self._replies(step):
                self.stale = step if further(self.status, Status.ACCEPTED) != self.status else self.stale
                return
            self._give(self.technician or step.technician)
            self.accepted, self.stale = step, None
        self._go(step, further(self.status, REPORTED[step.what]))

    def _replies(self, step: Step) -> bool:
        """Whether an acceptance is about the plan that is current at this point of the walk."""
        return step.seen is None or (self.changed_at is not None and step.seen >= self.changed_at)

    def _go(self, step: Step, status: Status) -> None:
        if status in OVER and status != self.status:
            self.end = step
            self.times["ended_at"] = step.at
        elif step.what in _TIMES:
            self.times.setdefault(_TIMES[step.what], step.at)
        self.status = status

    def _give(self, technician: UUID | None) -> None:
        self.technician = technician
        self._given = self._given or technician is not None

    def _begin_anew(self, technician: UUID | None) -> None:
        self.status, self.times, self.end = Status.PLANNED, {}, None
        self.accepted = self.stale = None
        self._give(technician)


class WalkedVisit(Walked):
    """The part of a visit that derives its status from its steps."""

    MOST: ClassVar[int] = MOST
    DECISIONS: ClassVar[frozenset[str]] = frozenset({"decisions"})
    FIRST: ClassVar[frozenset[str]] = frozenset({"early"})

    __slots__ = ()

    @property
    def progress(self) -> Progress:
        """Its progress by all steps that are known."""
        return self._walked(progress_of)

    @property
    def status(self) -> Status:
        """Its status."""
        return self.progress.status

    @property
    def technician(self) -> UUID | None:
        """The technician it is assigned to, None when unassigned."""
        return self.progress.technician

    def plan_is_seen(self, through: int | None) -> bool:
        """Whether somebody who had read up to this position knew the current plan; True for None."""
        return self.progress.is_seen(through)

    def _decided(self, what: Any, technician: UUID | None, **more: int) -> None:
        self._step(what.TOPIC, "decisions", technician=technician, **more)

    def _reported(self, what: Any, technician: UUID | None, **more: bool) -> None:
        self._step(what.TOPIC, "told", "early", technician=technician, **more)
