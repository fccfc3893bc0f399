"""One run: a company, its phones, a server and a network between them; each step is followed by checks."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from tests.simulation.auditor import Auditor
from tests.simulation.clocks import DeviceClock, TrueClock
from tests.simulation.company import Company
from tests.simulation.desk_doubts import trust_everybody
from tests.simulation.desk_work import office_is_faster
from tests.simulation.dice import Dice
from tests.simulation.forgetting import Forgetting
from tests.simulation.memory_access import MemoryAccess
from tests.simulation.memory_log import MemoryLog
from tests.simulation.memory_views import MemoryViews
from tests.simulation.network import Network
from tests.simulation.phone import Phone
from tests.simulation.schedule import Schedule, Step
from tests.simulation.server import Crashed, Server
from tests.simulation.steps import STEP_FUNCTIONS

DEEPEST = 3
ROUNDS = 12
HELD = 73 * 3600
"""Seconds after which no operation is held any more."""


class World:
    """Everything in one process and one thread, with one source of random numbers."""

    def __init__(self, schedule: Schedule, log: type[MemoryLog] = MemoryLog) -> None:
        self.profile = profile = schedule.profile
        self.dice, self.clock = Dice(schedule.seed), TrueClock()
        self.log = log(self.dice.uuid(), self.clock.now)
        self.views = MemoryViews(self.log)
        self.access = MemoryAccess(self.clock, self.dice)
        self.log.watchers.append(self.access.follow)
        self.happened: Counter[str] = Counter()
        self.touched: set[int] = set()
        self.serials: list[str] = []
        self.auditor = Auditor(self)
        self.forgetting = Forgetting(self)
        self.server = Server(self.log, self.views, self.access, self.clock)
        self.network = Network(self)
        self.company = Company(self, profile.technicians)
        self.phones = [
            Phone(self, n, self.company.technicians[n % profile.technicians], DeviceClock(self.clock, offset, drift))
            for n, (offset, drift) in enumerate(zip(profile.offsets, profile.drifts, strict=True))
        ]
        self.log.before_commit, self.log.after_commit = self._before_commit, self._after_commit
        self._left: deque[Step] = deque()
        self._depth = 0

    def run(self, steps: Iterable[Step]) -> None:
        """Take these steps with their checks; then let everything become quiet."""
        self.views.catch_up()
        self._left.extend(steps)
        while self._left:
            self._take(self._left.popleft())
        self.become_quiet()

    def happens(self, fault: str) -> bool:
        """Whether a fault happens here; those that happen are counted."""
        if self.dice.chance(self.profile.rate(fault)):
            self.happened[fault] += 1
            return True
        return False

    def others_go_first(self, phone: int) -> None:
        """Take the next one to three steps within the present one, as far as they are of other phones."""
        for _ in range(self.dice.randint(1, 3)):
            if self._left and self._left[0].who != phone and self._depth < DEEPEST:
                self._take(self._left.popleft())

    def become_quiet(self) -> None:
        """End the faults: within a few rounds every outbox is empty and every phone has what the server has.

        The same holds again when held operations have been decided, three days later.
        """
        self.profile = self.profile.quiet()
        self.network.cut_off.clear()
        self.server.patience = True
        trust_everybody(self)
        for phone in self.phones:
            phone.upgrade()
        self._drain(0)
        self.clock.advance(HELD)
        self._look_after_everything()
        self._drain(ROUNDS)
        self.auditor.check_the_end()

    def _drain(self, first: int) -> None:
        for number in range(first, first + ROUNDS):
            for phone in self.phones:
                with self.dice.seeded(number << 20 | phone.number):
                    phone.sync()
                self.auditor.check()
            self.clock.advance(7200)
            self._look_after_everything()
            if self.auditor.is_quiet():
                break

    def _look_after_everything(self) -> None:
        """Do the worker's rounds."""
        with self.dice.seeded(ROUNDS):
            self.views.catch_up()
            while self.server.holding.settle(self.clock.now()):
                self.views.catch_up()
            self.forgetting.catch_up()
            self.views.catch_up()

    def _take(self, step: Step) -> None:
        self._depth += 1
        with self.dice.seeded(step.seed):
            self.server.patience = not self.happens("views late")
            self.clock.advance(self.dice.choice((1, 20, 90, 600)))
            phone = self.phones[step.who % len(self.phones)]
            if not phone.busy:
                self.happened[step.kind] += 1
                try:
                    STEP_FUNCTIONS[step.kind](self, phone)
                except Crashed:
                    self.server.start()
        self._depth -= 1
        if self._depth == 0:
            self.auditor.check()

    def _before_commit(self) -> None:
        process = self.server.process
        if self.happens("overtaken at commit"):
            self.others_go_first(-1)
        if self.happens("overtaken by its own copy"):
            self.network.send_again()
        if self._depth <= DEEPEST and self.happens("the office is faster"):
            self._depth += DEEPEST  # what the office does now is not overtaken in its turn
            try:
                office_is_faster(self, self.log.pending)
            finally:
                self._depth -= DEEPEST
        if self.server.process != process or self.happens("crash before commit"):
            raise Crashed

    def _after_commit(self) -> None:
        if self.happens("crash after commit"):
            raise Crashed
