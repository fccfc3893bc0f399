"""Groups and needs: what is decided together, what waits, and what falls with the others of its group."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.access.operation_status import UNDECIDED
from domain.kernel.problem import Problem
from domain.recording.unit_of_work import Work
from sync.decide import OF_THE_OFFICE, Arrived, Decision, Sender, decide, hold, settle, trouble_with
from sync.neighbours import neighbours
from sync.operations.catalogue import handler_of
from sync.outcome import Notice
from sync.problems import GroupQuarantined, GroupRefused, NeedsMissing, TooManyHeld

Begin = Callable[[], tuple[Work, Sender]]
Come = Callable[[Collection[UUID]], set[UUID]]
MOST_HELD = 500
"""So many operations of a device wait for others at once; what comes beyond goes to the office."""

LATE = Notice("needs_missing", "What it needed had not come within 72 hours.")


class Decided(NamedTuple):
    """A unit of work, not committed, who sends, and what it does with each operation."""

    work: Work
    sender: Sender
    decisions: list[Decision]


def decide_all(begin: Begin, arrived: Sequence[Arrived], come: Come, *, overdue: bool = False) -> Decided:
    """Decide these operations in order, each group as one.

    `begin` gives a new unit of work and who sends; `come` says which operations have come already; when they are
    `overdue` nothing waits any more. What names an operation that is held waits with it. A group whose requests must
    fall is decided once more, from the beginning, with them refused: so a decision never has to be taken back.
    """
    there = come(_needed(arrived)) if any(each.needs for each in arrived) else set()
    fallen: dict[int, Problem] = {}
    while True:
        work, sender = begin()
        decisions: list[Decision] = []
        falling: dict[int, Problem] = {}
        known, held = set(there), set[UUID]()
        for run in neighbours(arrived, attrgetter("operation.group")):
            whole = [_waiting_for(each, held) for each in run] if held else run
            some = _decide_run(work, sender, whole, fallen, known, overdue=overdue)
            decisions += some
            known.update(one.operation.id for one in some if one.status not in UNDECIDED)
            held.update(one.operation.id for one in some if one.status == "held")
            falling |= _falling(some, fallen)
        if not falling:
            return Decided(work, sender, decisions)
        fallen |= falling


def unmet(run: Sequence[Arrived], there: Collection[UUID]) -> set[UUID]:
    """What the operations of a group need and what has not come; they do not wait for each other."""
    needed = _needed(run)
    return needed.difference(there, (each.operation.id for each in run)) if needed else needed


def _waiting_for(each: Arrived, held: Collection[UUID]) -> Arrived:
    """The operation with those that it names and that this push has just let wait among its needs."""
    named = each.operation.references().intersection(held).difference(each.needs)
    return each._replace(needs=(*each.needs, *sorted(named))) if named else each


def _decide_run(
    work: Work,
    sender: Sender,
    run: Sequence[Arrived],
    fallen: Mapping[int, Problem],
    there: Collection[UUID],
    *,
    overdue: bool,
) -> list[Decision]:
    troubles = [fallen.get(each.operation.seq) or trouble_with(sender, each) for each in run]
    able = [each for each, trouble in zip(run, troubles, strict=True) if trouble is None]
    waits = unmet(able, there)
    full = len(sender.device.held) + len(able) > MOST_HELD
    decisions = []
    for each, trouble in zip(run, troubles, strict=True):
        if trouble is not None:
            decisions.append(settle(work, sender, each, trouble))
        elif not waits:
            decisions.append(decide(work, sender, each))
        elif not overdue and full:
            decisions.append(settle(work, sender, each, TooManyHeld()))
        elif not overdue:
            decisions.append(hold(work, sender, each, each.needs))
        elif unmet([each], there) and _is_request(each):
            decisions.append(settle(work, sender, each, NeedsMissing()))
        else:
            decisions.append(decide(work, sender, each, LATE if unmet([each], there) else None))
    return decisions


def _falling(run: Sequence[Decision], fallen: Mapping[int, Problem]) -> dict[int, Problem]:
    """The requests that fall with one of their group, and those that have refused themselves and stay so."""
    problems = [one.problem for one in run if one.problem is not None]
    if not problems:
        return {}
    requests = [one for one in run if _is_request(one) and one.operation.seq not in fallen]
    own = {one.operation.seq: one.problem for one in requests if one.problem is not None}
    standing = [one.operation.seq for one in requests if one.problem is None]
    if not standing:
        return {}
    aside = any(isinstance(problem, OF_THE_OFFICE) for problem in problems)
    return own | {seq: GroupQuarantined() if aside else GroupRefused() for seq in standing}


def _is_request(each: Arrived | Decision) -> bool:
    handler = handler_of(each.operation)
    return handler is not None and not handler.is_fact


def _needed(arrived: Iterable[Arrived]) -> set[UUID]:
    return {need for each in arrived for need in each.needs}
