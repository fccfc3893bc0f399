"""The worker: whether each of its parts sends heartbeats, and whether the scheduled jobs are run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callout.doctor.finding import Finding, ok, wrong
from callout.doctor.system import System
from store.heartbeats import SILENT, heartbeats, silent

PARTS: Final = {
    "views": "updates the views",
    "keys": "destroys the keys of erased people",
    "held": "decides held operations",
}
_EVERY_MINUTE: Final = "say-how-far"
_JOBS_SECONDS: Final = 300


def worker(system: System) -> Iterator[Finding]:
    """Whether every part of the work of a worker is being done by one."""
    with system.cursor() as cursor:
        found = heartbeats(cursor)
    if not found:
        yield wrong("No worker is running: the views do not advance.", "Start `callout serve`, or `callout work`.")
        return
    quiet = silent(found)
    for part, age in sorted(quiet.items()):
        yield wrong(
            f"No worker {PARTS.get(part, f'does the part {part}')}: the last sign of life is {age:.0f} s old.",
            "Look at the worker's log, and start the worker again.",
        )
    lost = sorted({heart.worker for heart in found if heart.age > SILENT and heart.part not in quiet})
    if lost:
        yield ok(f"Workers that have ended without a message, and have been replaced: {', '.join(lost)}.")
    [(age,)] = system.ask(
        "SELECT extract(epoch FROM now() - max(slot))::float8 FROM log.job_slots WHERE job = %s", (_EVERY_MINUTE,)
    )
    if age is not None and age > _JOBS_SECONDS and not quiet:
        yield wrong(
            f"The scheduled jobs have not been done for {age:.0f} s.", "Look at the worker's log, and start it again."
        )
    if not quiet:
        yield ok(f"The worker is alive, the last sign {min(heart.age for heart in found):.0f} s ago.")
