"""Where a work order stands: read off the few facts that decide it, in the order in which they happened.

The order that decides and the view that is shown both ask here, so that the rules and the screens agree.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, NamedTuple, Protocol

from domain.kernel.walk import OFFICE, Step, Steps, Walked
from domain.work.work_order_status import Status, unhindered

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
"""What moves the status, by what it does: the work begins, is given to somebody, has an outcome …"""

DECIDED: Final = ("assigned", "hold", "reopened", "end")
"""The lists of what the office decides."""

_ENDS: Final = {"work_order.closed": Status.CLOSED, "work_order.cancelled": Status.CANCELLED}
_OUTCOMES: Final = {"work_order.completed": Status.COMPLETED, "work_order.cannot_complete": Status.CANNOT_COMPLETE}


class Facts(Protocol):
    """The facts about one order, by the names of their lists. What a fact is, only whoever keeps them knows."""

    def last(self, name: str) -> Any:
        """The last fact of a list, None where there is none."""

    def first(self, name: str, behind: Any = None) -> Any:
        """The first fact of a list, or the first behind another fact; None where there is none."""

    def begun(self, since: Any = None) -> Any:
        """What first said that the work has begun, or has since that fact; None where nothing has."""

    def what(self, fact: Any) -> str:
        """The topic of a fact."""

    def is_behind(self, fact: Any, other: Any) -> bool:
        """Whether a fact happened after another one."""


class Standing(NamedTuple):
    """Where an order stands; the hold, the outcome and the end that make it so, each where it does."""

    status: Status
    held: Any = None
    outcome: Any = None
    end: Any = None


def standing(facts: Facts) -> Standing:
    """What follows from an order's facts; an order that was ended stays ended.

    The last outcome holds until the work is reopened. From then on, or from the beginning where there was no outcome,
    it is on hold if the last that was said about holding is that, and otherwise as far as it was begun and assigned:
    a beginning or a hold from before does not matter, nor how many there were.
    """
    outcome, end = facts.last("outcome"), facts.first("end")
    reopened = None if outcome is None else facts.first("reopened", behind=outcome)
    done = outcome if reopened is None else None
    if end is not None:
        return Standing(_ENDS[facts.what(end)], None, done, end)
    if done is not None:
        return Standing(_OUTCOMES[facts.what(done)], None, done)
    held = _held(facts, reopened)
    if held is not None:
        return Standing(Status.ON_HOLD, held)
    begun, assigned = facts.begun(reopened) is not None, facts.first("assigned") is not None
    return Standing(unhindered(begun=begun, assigned=assigned))


def _held(facts: Facts, since: Any) -> Any:
    """The hold that nothing has ended since."""
    last = facts.last("hold")
    if last is None or facts.what(last) != "work_order.held":
        return None
    return last if since is None or facts.is_behind(last, since) else None


class KeptSteps:
    """The facts that a work order itself keeps: those of its own stream."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps

    def last(self, name: str) -> Step | None:
        """As `Facts` says."""
        steps = self._steps.get(name, ())
        return steps[-1] if steps else None

    def first(self, name: str, behind: Step | None = None) -> Step | None:
        """As `Facts` says."""
        steps = self._steps.get(name, ())
        return next((step for step in steps if behind is None or step.key > behind.key), None)

    def begun(self, since: Step | None = None) -> Step | None:
        """As `Facts` says; what visits and parts say of it is not known here, and no rule asks."""
        return self.first("begin", behind=since)

    @staticmethod
    def what(fact: Step) -> str:
        """As `Facts` says."""
        return fact.what

    @staticmethod
    def is_behind(fact: Step, other: Step) -> bool:
        """As `Facts` says."""
        return fact.key > other.key


def standing_of(steps: Steps) -> Standing:
    """Where an order stands by the steps that it keeps."""
    return standing(KeptSteps(steps))


class WalkedOrder(Walked):
    """A work order as far as it walks: where it stands follows from its steps."""

    DECISIONS: ClassVar[frozenset[str]] = frozenset(DECIDED)

    __slots__ = ()

    @property
    def status(self) -> Status:
        """Where it stands, by all that is known of it."""
        return self._walked(standing_of).status

    def _decided_behind(self, seen: int) -> bool:
        """Whether the office has ended the work, or let it go on, behind this position."""
        said = (*self.steps.get("outcome", ()), *self.steps.get("reopened", ()))
        return any(step.rank == OFFICE and (step.position is None or step.position > seen) for step in said)

    def _moved(self, what: Any) -> None:
        self._step(what.TOPIC, STEPS[what.TOPIC])
