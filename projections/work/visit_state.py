"""The state of a visit as columns of its row: the result of the walk along its steps."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.kernel.instant import format_instant
from domain.kernel.walk import OFFICE, Step
from domain.work.visit_status import Status
from domain.work.visit_walk import TIMES, Progress
from domain.work.visit_walk import progress as walked
from projections.engine.fact_lists import key_of
from projections.engine.table import Row


def step_of(fact: Row) -> Step:
    """A fact of a visit as a step of the walk."""
    at, rank, position = key_of(fact)
    return Step(
        what=fact["what"],
        at=at,
        order=position,
        rank=rank or OFFICE,
        operation=UUID(fact["operation"]) if fact["operation"] else None,
        seen=fact.get("seen"),
        position=position,
        technician=UUID(fact["technician"]) if fact.get("technician") else None,
        unasked=bool(fact.get("unasked")),
    )


def state_of(facts: Iterable[Row]) -> Row:
    """The columns that follow from a visit's facts."""
    known = {fact["position"]: fact for fact in facts}
    progress = walked(step_of(fact) for fact in known.values())
    end = known[progress.end.order] if progress.end and progress.status != Status.DONE else None
    return {
        "technician": progress.technician,
        "status": progress.status.value,
        "reason": end.get("reason") if end else None,
        "note": end.get("note") if end else None,
        "stale_acceptance": _stale(progress, known),
        **{name: progress.times.get(name) for name in TIMES},
    }


def _stale(progress: Progress, known: dict[int, Row]) -> Row | None:
    """An acceptance of an earlier plan: author, time, and the window that the author had read; None without one."""
    step = progress.stale
    if step is None:
        return None
    plans = [fact for fact in known.values() if "window_start" in fact]
    seen = [plan for plan in plans if step.seen is None or plan["position"] <= step.seen]
    before = [plan for plan in plans if key_of(plan) < step.key]
    plan = max(seen if step.seen else before, key=key_of, default=None)
    return {
        "at": format_instant(step.at),
        "technician": str(step.technician) if step.technician else None,
        "window_start": plan["window_start"] if plan else None,
        "window_end": plan["window_end"] if plan else None,
    }
