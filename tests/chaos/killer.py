"""The killer: kills server processes of random kinds at random moments while devices work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from threading import Thread

from tests.chaos.pace import Pace
from tests.chaos.service import Service
from tests.chaos.victims import KILLS

BACK_SECONDS = 90.0
_TWIN = 0.2  # how often the next kill does not wait for an acknowledgement
_AIM_SECONDS = 0.3
_FIND_SECONDS = 30.0


class Killer(Thread):
    """Kills as often as the pace plans.

    `silences` are the seconds from each kill to the next acknowledgement of new work, by kind of kill; `gone` names
    the kill after which none came.
    """

    def __init__(self, service: Service, pace: Pace, dice: Random, kinds: Sequence[str] = tuple(KILLS)) -> None:
        super().__init__(name="killer", daemon=True)
        self._choice = kinds
        self._service, self._pace, self._dice = service, pace, dice
        self.kills: Counter[str] = Counter()
        self.silences: dict[str, list[float]] = {}
        self.gone: str | None = None
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Kill until the planned number is reached or the run is over."""
        try:
            for kind in self._kinds():
                if not self._pace.wait_for(self._dice.uniform(0.1, 0.85)):
                    return
                time.sleep(self._dice.uniform(0, _AIM_SECONDS))  # or it would always be just after an acknowledgement
                self._kill(kind)
                if self.gone is not None:
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self.failure = error
        finally:
            if self.failure is not None or self.gone is not None:
                self._pace.end()

    def _kinds(self) -> list[str]:
        """Each kind at least once where there are enough kills, the rest by weight, in any order."""
        once = list(self._choice)
        self._dice.shuffle(once)
        more = self._dice.choices(self._choice, [KILLS[kind][1] for kind in self._choice], k=self._pace.kills)
        kinds = [*once, *more][: self._pace.kills]
        self._dice.shuffle(kinds)
        return kinds

    def _kill(self, kind: str) -> None:
        kill, _ = KILLS[kind]
        deadline = time.monotonic() + _FIND_SECONDS
        while not kill(self._service, self._dice):  # it may be dead from before
            if time.monotonic() > deadline:
                self.gone = f"nobody was there for: {kind}"
                return
            time.sleep(0.05)
        killed_at = time.monotonic()
        self.kills[kind] += 1
        self._pace.kill_begins()
        if self._dice.random() < _TWIN:
            time.sleep(self._dice.uniform(0, 0.5))
            return
        back_at = self._pace.wait_for_answer(killed_at, BACK_SECONDS)
        if back_at is not None:
            self.silences.setdefault(kind, []).append(back_at - killed_at)
        elif not self._pace.over:
            self.gone = f"no acknowledgement within {BACK_SECONDS:g} s of: {kind}"
