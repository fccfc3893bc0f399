"""A world in which nothing happens by chance: each fault comes where it was put, and each step when it is asked for."""

from __future__ import annotations

from contextlib import ExitStack
from random import Random
from unittest.mock import patch

from tests.simulation.phone import Phone
from tests.simulation.profile import Profile
from tests.simulation.runs import KINDS
from tests.simulation.schedule import Schedule, Step
from tests.simulation.steps import HAPPENINGS, OFTEN
from tests.simulation.versions import as_at_first
from tests.simulation.world import World

OWN = 2**40
"""The seed of what there is before the first step."""


class ChosenWorld(World):
    """Two technicians with three phones, one of them with a clock that is a day late; pages are small."""

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
        """Let everything become quiet, unless something is broken already, and look at all of it once more."""
        with self._patches:
            if not self.is_broken:
                self.become_quiet()

    def happens(self, fault: str) -> bool:
        """A fault happens at the chance for which it is planned, and then not again."""
        left = self._planned.pop(fault, None)
        if left:
            self._planned[fault] = left - 1
        return left == 0

    def do(self, kind: str, phone: int, dice: int = 0) -> None:
        """One step, here and now."""
        try:
            self._take(self._step(kind, phone, dice))
        except BaseException:
            self.is_broken = True
            raise
        finally:
            self._planned.clear()
            self._left.clear()

    def meets(self, fault: str, chance: int) -> None:
        """In the next step a fault happens, at its first, second, … chance."""
        self._planned[fault] = chance

    def then(self, kind: str, phone: int, dice: int = 0) -> None:
        """If the next step lets others go first, this is what they do."""
        self._left.append(self._step(kind, phone, dice))

    def _step(self, kind: str, phone: int, dice: int) -> Step:
        """Dice fall otherwise in each step, or two things would get the same name."""
        self._steps += 1
        return Step(kind, phone, self._steps << 32 | dice)

    def phone(self, number: int) -> Phone:
        """One of the three."""
        return self.phones[number]


def is_erasing(phone: Phone) -> bool:
    """Whether a lost phone is at it, and may have been killed over it: rows go some at a time, the cursor last."""
    return bool(phone.disk.rows("SELECT 1 FROM state WHERE name = 'wiping'"))


assert KINDS, "every kind of step is registered when its module is loaded"


def _kinds_of(*rooms: str) -> list[str]:
    """The kinds of step that these modules register, without those that the simulator has switched off."""
    return [name for name, do in HAPPENINGS.items() if do.__module__.rpartition(".")[2] in rooms and OFTEN[name]]


ALONE = ("sync", "push", "pull")
OFFICE = _kinds_of("desk_work", "desk_doubts")
MISHAPS = _kinds_of("mishaps")
FIELD = [name for name in HAPPENINGS if OFTEN[name] and name not in (*ALONE, *OFFICE, *MISHAPS)]
