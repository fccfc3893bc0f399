"""The echo of a device: repeats its pushes at the same time and long afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count
from random import Random
from threading import Condition, Thread
from time import monotonic

from tests.chaos.book import Book
from tests.chaos.caller import Caller
from tests.chaos.pace import Pace

_SOON, _LATE = 3.0, 120.0  # seconds
_AT_THE_END = 0.2  # how often a repetition waits until the device has nothing else to do
_SPLIT = 0.3

_Sending = tuple[float, int, Sequence[str], Sequence[bytes]]


class Echo(Thread):
    """A second connection of a device, for operations that the device has sent or is sending."""

    def __init__(self, caller: Caller, book: Book, pace: Pace, dice: Random) -> None:
        super().__init__(name="echo", daemon=True)
        self._caller, self._book, self._pace, self._dice = caller, book, pace, dice
        self._waiting: list[_Sending] = []
        self._turns = count()
        self._no_more = False
        self._changed = Condition()
        self.failure: BaseException | None = None

    def now(self, ids: Sequence[str], texts: Sequence[bytes]) -> None:
        """Send these operations at once, at the same time as the device."""
        self._put(monotonic(), ids, texts)

    def later(self, ids: Sequence[str], texts: Sequence[bytes], cuts: Sequence[int]) -> None:
        """Send these operations again later, perhaps in two pieces, cut at one of `cuts`."""
        at = monotonic() + self._dice.choice((0.0, self._dice.uniform(0, _SOON), self._dice.uniform(0, _LATE)))
        if self._dice.random() < _AT_THE_END:
            at = float("inf")
        cut = self._dice.choice(cuts) if self._dice.random() < _SPLIT else 0
        for piece in (slice(0, cut), slice(cut, None)):
            if ids[piece]:
                self._put(at, ids[piece], texts[piece])

    def finish(self) -> None:
        """Send what waits, then end."""
        with self._changed:
            self._no_more = True
            self._changed.notify_all()

    def run(self) -> None:
        """Send until the device is finished."""
        try:
            while (sending := self._next()) is not None:
                self._send(*sending[2:])
        except BaseException as error:  # noqa: BLE001 - it is raised in the main thread
            self.failure = error
            self._pace.end()
        finally:
            self._caller.close()

    def _put(self, at: float, ids: Sequence[str], texts: Sequence[bytes]) -> None:
        with self._changed:
            heappush(self._waiting, (at, next(self._turns), ids, texts))
            self._changed.notify_all()

    def _next(self) -> _Sending | None:
        with self._changed:
            while not self._pace.over:
                due = self._waiting[0][0] - monotonic() if self._waiting else 1.0
                if self._waiting and (due <= 0 or self._no_more):
                    return heappop(self._waiting)
                if self._no_more:
                    return None
                self._changed.wait(min(due, 1.0))
            return None

    def _send(self, ids: Sequence[str], texts: Sequence[bytes]) -> None:
        """Push until there is an answer; after a gap the device sends again, not the echo."""
        while not self._pace.over:
            known, at = self._book.begin(ids), monotonic()
            response = self._caller.push(list(texts), None, pull=False)
            if response.status == 200 or response.code == "sequence-gap":
                self._pace.count(self._book.add_results(response.body["results"], known), at)
                if response.status != 200:
                    self._book.asked_again(ids[len(response.body["results"]) :])
                return
            if response.status == 409:
                raise AssertionError(f"a repetition was answered {response.code}")
            self._caller.rest(response)
