"""Growing: what an event costs the views when one thing has many earlier events; counted, not timed."""

from __future__ import annotations

import os

from benchmarks.place import Place
from benchmarks.rounds import Checked, Outcome, Progress
from tests.support.growing import Growing, Work
from tests.support.growing_things import THINGS

EVENTS = int(os.environ.get("CALLOUT_GROWING", "100000"))
WIDTH = 200
FACTOR = 1 / 1.2


def measure(_: Place, __: int, progress: Progress) -> Outcome:
    """Rows read and bytes read and written an event, after a tenth of the events and after all of them."""
    goals, notes = [], []
    for number, (thing, begin) in enumerate(THINGS.items()):
        progress(thing, number, len(THINGS))
        growing = Growing()
        windows = (EVENTS // 10 - WIDTH, EVENTS - WIDTH)
        early, late = growing.measure(begin(growing.views), EVENTS, windows, WIDTH)
        words = f"event {EVENTS:,} costs at most 1.2 × what event {EVENTS // 10:,} did"
        goals.append(Checked(thing, words, FACTOR, least(early, late)))
        figures = (f"{name} {before // WIDTH:,} → {now // WIDTH:,}" for name, before, now in named(early, late))
        notes.append(f"{thing}, an event: {', '.join(figures)}.")
    return Outcome([], goals, notes=notes)


def named(early: Work, late: Work) -> list[tuple[str, int, int]]:
    """What was counted, early and late."""
    return list(zip(("rows read", "bytes read", "bytes written"), early, late, strict=True))


def least(early: Work, late: Work) -> float:
    """The worst ratio of early to late."""
    return min(before / max(now, 1) for _, before, now in named(early, late))
