"""Running a schedule: what came of it, and how many of its steps are enough to see a promise broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from store.canonical import encode
from tests.simulation import desk_doubts, desk_work, field_work, mishaps
from tests.simulation.memory_log import MemoryLog
from tests.simulation.schedule import Schedule, Step, drawn
from tests.simulation.steps import OFTEN
from tests.simulation.versions import as_at_first
from tests.simulation.violation import Violation
from tests.simulation.world import World

KINDS = (desk_doubts, desk_work, field_work, mishaps)
"""Each registers its kinds of step when it is loaded."""
FAULT = "nothing fails that should not"


class Outcome(NamedTuple):
    """What came of a run: what happened how often, what was recorded, and the promise that was broken, if one was."""

    seed: int
    happened: Counter[str]
    events: int
    operations: int
    log: str
    promise: str | None = None
    seen: str = ""


def schedule_of(seed: int, *, steps: int = 200, devices: int | None = None) -> Schedule:
    """The schedule of a seed."""
    return drawn(seed, OFTEN, steps=steps, devices=devices)


def run(schedule: Schedule, steps: Sequence[Step] | None = None) -> Outcome:
    """Take the steps of a schedule, or only these of them."""
    world = World(schedule)
    promise, seen = None, ""
    try:
        with as_at_first(schedule.profile.page):
            world.run(schedule.steps if steps is None else steps)
    except Violation as violation:
        promise, seen = violation.promise, str(violation)
    except Exception as error:  # noqa: BLE001 - whatever the code raises here, it would have raised for somebody
        promise, seen = FAULT, f"{type(error).__name__}: {error}"
    made = len(world.auditor.ledger.made)
    return Outcome(schedule.seed, world.happened, world.log.head(), made, fingerprint(world.log), promise, seen)


def shortened(schedule: Schedule, promise: str) -> list[Step]:
    """Few of the schedule's steps that still break this promise: halves, quarters and so on are left out in turn."""
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


def fingerprint(log: MemoryLog) -> str:
    """A hash over everything that is recorded."""
    found = sha256()
    for event in log.events:
        envelope = {name: getattr(event.envelope, name) for name in event.envelope.__struct_fields__}
        data = {name: getattr(event.data, name) for name in event.data.__struct_fields__}
        stands = (event.position, event.stream, event.version, event.topic, event.recorded_at)
        found.update(encode([*stands, envelope, data]) + b"\n")
    return found.hexdigest()
