"""The progress of a work order: computed from the few facts that decide it, in the order in which they happened.

The aggregate and the read model share these functions, so that rules and screens agree.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple, Protocol

from domain.kernel.walk import OFFICE, Step, Steps, Walked
from domain.work.work_order_status import Status, open_status

STEPS: Final = {
    "work_order.diagnosed": "begin",
    "work_order.labour_recorded": "begin",
    "visit.travel_started": "begin",
    "visit.arrived": "begin",
    "work_order.assigned": "assigned",
    "work_order.completed": "outcome",
    "work_order.cannot_complete": "outcome",
    "work_order.held": "hold",
    "work_order.resumed": "hold",
    "work_order.reopened": "reopened",
    "work_order.closed": "end",
    "work_order.cancelled": "end",
}
"""The list of each topic that affects the status."""

DECIDED: Final = ("assigned", "hold", "reopened", "end")
"""The lists of decisions by the office."""

_ENDS: Final = {"work_order.closed": Status.CLOSED, "work_order.cancelled": Status.CANCELLED}
_OUTCOMES: Final = {"work_order.completed": Status.COMPLETED, "work_order.cannot_complete": Status.CANNOT_COMPLETE}


class Facts(Protocol):
    """The facts about one order, by the names of their lists; a fact is of whatever type the implementation uses."""

    def last(self, name: str) -> Any:
        """The last fact of a list, None where there is none."""

    def first(self, name: str, behind: Any = None) -> Any:
        """The first fact of a list, or the first after another fact; None where there is none."""

    def begun(self, since: Any = None) -> Any:
        """The first fact by which the work has begun (again, after `since`); None where there is none."""

    def what(self, fact: Any) -> str:
        """The topic of a fact."""

    def is_behind(self, fact: Any, other: Any) -> bool:
        """Whether a fact happened after another one."""


class Progress(NamedTuple):
    """The status of an order, with the hold, outcome and end that it follows from, as far as it does."""

    status: Status
    held: Any = None
    outcome: Any = None
    end: Any = None


def progress(facts: Facts) -> Progress:
    """The progress of an order with these facts; an order that was ended stays ended.

    The last outcome is in force until the work is reopened. Since then, or from the beginning where there was no
    outcome, the order is on hold if the last `held` or `resumed` is a `held`; otherwise the status depends on whether
    it was begun and assigned. Facts from before the reopening have no effect.
    """
    outcome, end = facts.last("outcome"), facts.first("end")
    reopened = None if outcome is None else facts.first("reopened", behind=outcome)
    done = outcome if reopened is None else None
    if end is not None:
        return Progress(_ENDS[facts.what(end)], None, done, end)
    if done is not None:
        return Progress(_OUTCOMES[facts.what(done)], None, done)
    held = _held(facts, reopened)
    if held is not None:
        return Progress(Status.ON_HOLD, held)
    begun, assigned = facts.begun(reopened) is not None, facts.first("assigned") is not None
    return Progress(open_status(begun=begun, assigned=assigned))


def _held(facts: Facts, since: Any) -> Any:
    """The hold that nothing has ended since."""
    last = facts.last("hold")
    if last is None or facts.what(last) != "work_order.held":
        return None
    return last if since is None or facts.is_behind(last, since) else None


class KeptSteps:
    """The facts in the stream of the work order itself."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def last(self, name: str) -> Step | None:
        """See `Facts`."""
        steps = self._steps.get(name, ())
        return steps[-1] if steps else None

    def first(self, name: str, behind: Step | None = None) -> Step | None:
        """See `Facts`."""
        steps = self._steps.get(name, ())
        return next((step for step in steps if behind is None or step.key > behind.key), None)

    def begun(self, since: Step | None = None) -> Step | None:
        """See `Facts`; facts of visits and movements are not known here, and no rule needs them."""
        return self.first("begin", behind=since)

    @staticmethod
    def what(fact: Step) -> str:
        """See `Facts`."""
        return fact.what

    @staticmethod
    def is_behind(fact: Step, other: Step) -> bool:
        """See `Facts`."""
        return fact.key > other.key


def progress_of(steps: Steps) -> Progress:
    """The progress of an order by its lists of steps."""
    return progress(KeptSteps(steps))


class WalkedOrder(Walked):
    """The part of a work order that derives its status from its steps."""

    DECISIONS: ClassVar[frozenset[str]] = frozenset(DECIDED)

    __slots__ = ()

    @property
    def status(self) -> Status:
        """Its status by all steps that are known."""
        return self._walked(progress_of).status

    def _decided_behind(self, seen: int) -> bool:
        """Whether the office has recorded an outcome or reopened the work after this position."""
        decisions = (*self.steps.get("outcome", ()), *self.steps.get("reopened", ()))
        return any(step.rank == OFFICE and (step.position is None or step.position > seen) for step in decisions)

    def _moved(self, what: Any) -> None:
        self._step(what.TOPIC, STEPS[what.TOPIC])
