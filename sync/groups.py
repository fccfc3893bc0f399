"""Groups and needs: what is decided together, what is held, and what is refused with the others of its group."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from domain.access.operation_status import UNDECIDED
from domain.kernel.problem import Problem
from domain.recording.unit_of_work import Work
from sync.decide import QUARANTINED_FOR, Arrived, Decision, decide, hold, problem_with, quarantine_or_reject
from sync.neighbours import neighbours
from sync.notices import notice
from sync.operations.catalogue import handler_of
from sync.problems import GroupQuarantined, GroupRefused, NeedsMissing, TooManyHeld
from sync.sender import Sender

Begin = Callable[[], tuple[Work, Sender]]
Settled = Callable[[Collection[UUID]], set[UUID]]
MOST_HELD = 500
"""How many operations of a device may be held at once; further ones are quarantined."""

LATE = notice("needs_missing")


class Decided(NamedTuple):
    """A unit of work that is not committed yet, the sender, and a decision for each operation."""

    work: Work
    sender: Sender
    decisions: list[Decision]


def decide_all(begin: Begin, arrived: Sequence[Arrived], settled_among: Settled, *, overdue: bool = False) -> Decided:
    """Decide these operations in order, each group as one.

    `begin` returns a new unit of work and the sender; `settled_among` returns those of the given operations that are
    settled (neither held nor quarantined); when they are `overdue` nothing is held any more. What references a held
    operation is held too. When requests must be refused with their group, everything is decided once more from the
    beginning, with these refused: so a decision never has to be undone.
    """
    settled = settled_among(_needed(arrived)) if any(each.needs for each in arrived) else set()
    refused: dict[int, Problem] = {}
    while True:
        work, sender = begin()
        decisions: list[Decision] = []
        newly_refused: dict[int, Problem] = {}
        known, held = set(settled), set[UUID]()
        for run in neighbours(arrived, attrgetter("operation.group")):
            whole = [_waiting_for(each, held) for each in run] if held else run
            decided = _decide_run(work, sender, whole, refused, known, overdue=overdue)
            decisions += decided
            known.update(one.operation.id for one in decided if one.status not in UNDECIDED)
            held.update(one.operation.id for one in decided if one.status == "held")
            newly_refused |= _refused_with_group(decided, refused)
        if not newly_refused:
            return Decided(work, sender, decisions)
        refused |= newly_refused


def unmet(run: Sequence[Arrived], settled: Collection[UUID]) -> set[UUID]:
    """The needs of a group that are not settled; its operations do not wait for each other."""
    needed = _needed(run)
    return needed.difference(settled, (each.operation.id for each in run)) if needed else needed


def _waiting_for(each: Arrived, held: Collection[UUID]) -> Arrived:
    """The operation, with those that it references and that this push has just held added to its needs."""
    named = each.operation.references().intersection(held).difference(each.needs)
    return each._replace(needs=(*each.needs, *sorted(named))) if named else each


def _decide_run(
    work: Work,
    sender: Sender,
    run: Sequence[Arrived],
    refused: Mapping[int, Problem],
    settled: Collection[UUID],
    *,
    overdue: bool,
) -> list[Decision]:
    problems = [refused.get(each.operation.seq) or problem_with(sender, each) for each in run]
    able = [each for each, problem in zip(run, problems, strict=True) if problem is None]
    waits = unmet(able, settled)
    full = len(sender.device.held) + len(able) > MOST_HELD
    decisions = []
    for each, problem in zip(run, problems, strict=True):
        if problem is not None:
            decisions.append(quarantine_or_reject(work, sender, each, problem))
        elif not waits:
            decisions.append(decide(work, sender, each))
        elif not overdue and full:
            decisions.append(quarantine_or_reject(work, sender, each, TooManyHeld()))
        elif not overdue:
            decisions.append(hold(work, sender, each, each.needs))
        elif unmet([each], settled) and _is_request(each):
            decisions.append(quarantine_or_reject(work, sender, each, NeedsMissing()))
        else:
            decisions.append(decide(work, sender, each, LATE if unmet([each], settled) else None))
    return decisions


def _refused_with_group(run: Sequence[Decision], refused: Mapping[int, Problem]) -> dict[int, Problem]:
    """Problems by `seq`: of requests that are refused with another one of their group, and of those refused alone."""
    problems = [one.problem for one in run if one.problem is not None]
    if not problems:
        return {}
    requests = [one for one in run if _is_request(one) and one.operation.seq not in refused]
    own = {one.operation.seq: one.problem for one in requests if one.problem is not None}
    others = [one.operation.seq for one in requests if one.problem is None]
    if not others:
        return {}
    quarantined = any(isinstance(problem, QUARANTINED_FOR) for problem in problems)
    return own | {seq: GroupQuarantined() if quarantined else GroupRefused() for seq in others}


def _is_request(each: Arrived | Decision) -> bool:
    handler = handler_of(each.operation)
    return handler is not None and not handler.is_fact


def _needed(arrived: Iterable[Arrived]) -> set[UUID]:
    return {need for each in arrived for need in each.needs}
