"""A world without chance, for state machines: each fault and each step happens where a test puts it."""

from __future__ import annotations

from contextlib import ExitStack
from random import Random
from unittest.mock import patch

from tests.simulation.phone import Phone
from tests.simulation.profile import Profile
from tests.simulation.runs import KINDS
from tests.simulation.schedule import Schedule, Step
from tests.simulation.steps import STEP_FUNCTIONS, WEIGHTS
from tests.simulation.versions import as_at_first
from tests.simulation.world import World

OWN = 2**40
"""The seed of what there is before the first step."""


class ChosenWorld(World):
    """Two technicians with three phones, one with a clock a day behind; pages are small."""

    def __init__(self) -> None:
        drawn = Profile.drawn(Random(0), 3)
        quiet = drawn._replace(technicians=2, rates={}, offsets=(0.0, 400.0, -90_000.0), drifts=(0.0,) * 3, page=20)
        self._planned: dict[str, int] = {}
        self._steps = 0
        self.is_broken = False
        super().__init__(Schedule(OWN, quiet, ()))
        self._patches = ExitStack()
        self._patches.enter_context(as_at_first(quiet))
        check = self.auditor.copies.check
        self._patches.enter_context(
            patch.object(self.auditor.copies, "check", lambda phone: None if is_erasing(phone) else check(phone))
        )
        self.views.catch_up()

    def end(self) -> None:
        """Let everything become quiet and check it in full, unless something is broken already."""
        with self._patches:
            if not self.is_broken:
                self.become_quiet()

    def happens(self, fault: str) -> bool:
        """Whether a fault happens: once, at the chance for which it is planned."""
        left = self._planned.pop(fault, None)
        if left:
            self._planned[fault] = left - 1
        return left == 0

    def do(self, kind: str, phone: int, dice: int = 0) -> None:
        """Take one step now."""
        try:
            self._take(self._step(kind, phone, dice))
        except BaseException:
            self.is_broken = True
            raise
        finally:
            self._planned.clear()
            self._left.clear()

    def plan_fault(self, fault: str, chance: int) -> None:
        """Plan a fault for the next step, at its first, second, … chance."""
        self._planned[fault] = chance

    def plan_step(self, kind: str, phone: int, dice: int = 0) -> None:
        """Plan a step for when the next step lets others go first."""
        self._left.append(self._step(kind, phone, dice))

    def _step(self, kind: str, phone: int, dice: int) -> Step:
        """A step with a seed of its own, so that no id is drawn twice."""
        self._steps += 1
        return Step(kind, phone, self._steps << 32 | dice)

    def phone(self, number: int) -> Phone:
        """One of the three."""
        return self.phones[number]


def is_erasing(phone: Phone) -> bool:
    """Whether a phone is erasing itself: rows are deleted some at a time, the cursor last."""
    return bool(phone.disk.rows("SELECT 1 FROM state WHERE name = 'wiping'"))


assert KINDS, "every kind of step is registered when its module is loaded"


def _kinds_of(*rooms: str) -> list[str]:
    """The kinds of step that these modules register, without those that the simulator has switched off."""
    return [name for name, do in STEP_FUNCTIONS.items() if do.__module__.rpartition(".")[2] in rooms and WEIGHTS[name]]


ALONE = ("sync", "push", "pull")
OFFICE = _kinds_of("desk_work", "desk_doubts")
MISHAPS = _kinds_of("mishaps")
FIELD = [name for name in STEP_FUNCTIONS if WEIGHTS[name] and name not in (*ALONE, *OFFICE, *MISHAPS)]
