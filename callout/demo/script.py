"""The whole story: every step in the order in which it happened."""

from __future__ import annotations

from datetime import datetime

from callout.demo.founding import founding
from callout.demo.repairs import REPAIRS
from callout.demo.scenes import scenes
from callout.demo.steps import Calendar, Step
from callout.demo.week import RepairSteps


def story(begun_at: datetime) -> list[Step]:
    """The steps of the days before `begun_at`, the oldest first; the same for the same day."""
    calendar = Calendar(begun_at)
    steps = [*founding(calendar), *scenes(calendar)]
    for repair in REPAIRS:
        steps += RepairSteps(repair, calendar).steps()
    return sorted(steps, key=lambda step: step.at)
