"""Running a schedule: its outcome, and the fewest steps that break a promise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from store.canonical import encode
from tests.simulation import desk_doubts, desk_work, field_groups, field_parts, field_work, mishaps
from tests.simulation.memory_log import MemoryLog
from tests.simulation.planted import planted
from tests.simulation.schedule import Schedule, Step, drawn
from tests.simulation.steps import WEIGHTS
from tests.simulation.versions import as_at_first
from tests.simulation.violation import Violation
from tests.simulation.world import World

KINDS = (desk_doubts, desk_work, field_groups, field_parts, field_work, mishaps)
"""Modules that register kinds of step when they are imported."""
FAULT = "nothing fails that should not"


class Outcome(NamedTuple):
    """The outcome of a run: counts of faults and steps, events, operations, and the broken promise, if any."""

    seed: int
    happened: Counter[str]
    events: int
    operations: int
    log: str
    promise: str | None = None
    seen: str = ""


def schedule_of(seed: int, *, steps: int = 200, devices: int | None = None) -> Schedule:
    """The schedule of a seed."""
    return drawn(seed, WEIGHTS, steps=steps, devices=devices)


def run(schedule: Schedule, steps: Sequence[Step] | None = None, log: type[MemoryLog] = MemoryLog) -> Outcome:
    """Run a schedule, or only these of its steps."""
    world = World(schedule, log)
    promise, seen = None, ""
    try:
        with as_at_first(schedule.profile):
            world.run(schedule.steps if steps is None else steps)
    except Violation as violation:
        promise, seen = violation.promise, str(violation)
    except Exception as error:  # noqa: BLE001 - any error is a failed run
        promise, seen = FAULT, f"{type(error).__name__}: {error}"
    made = len(world.auditor.ledger.made)
    return Outcome(schedule.seed, world.happened, world.log.head(), made, fingerprint(world.log), promise, seen)


def shortened(schedule: Schedule, promise: str) -> list[Step]:
    """Few of the schedule's steps that still break this promise: halves, quarters and so on are dropped in turn."""
    steps, size = list(schedule.steps), len(schedule.steps) // 2
    while size:
        start = 0
        while start < len(steps):
            fewer = steps[:start] + steps[start + size :]
            if run(schedule, fewer).promise == promise:
                steps = fewer
            else:
                start += size
        size //= 2
    return steps


class Caught(NamedTuple):
    """How a planted bug was caught: after how many seeds, and by which broken promise."""

    seeds: int
    promise: str
    seen: str


def seeds_to_catch(bug: str, *, start: int, most: int) -> Caught | None:
    """How many seeds it takes from `start` on, or None when `most` are not enough."""
    with planted(bug):
        for number in range(most):
            outcome = run(schedule_of(start + number))
            if outcome.promise is not None:
                return Caught(number + 1, outcome.promise, outcome.seen)
    return None


def fingerprint(log: MemoryLog) -> str:
    """A hash over all events as they are read now."""
    found = sha256()
    for event in map(log.read, log.events):
        place = (event.position, event.stream, event.version, event.topic, event.recorded_at)
        found.update(encode([*place, fields_of(event.envelope), fields_of(event.data)]) + b"\n")
    return found.hexdigest()


def fields_of(struct: Any) -> dict[str, Any]:
    """The fields of an envelope, or of an event's data."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
