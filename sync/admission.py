"""Who is served first when there is more to do than can be done: pushes before pulls, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, local
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.kernel.problem import Kind, Problem

BUSY_SECONDS: Final = 2
FULL_SECONDS: Final = 5
IN_VAIN: Final = 0.5
"""The share of their line that pushes fill when pulls are refused at once."""
WAITS_SECONDS: Final = 15
"""After this at the latest it is noticed that nobody listens any more."""


class Overloaded(Problem):
    """The server has too much to do; send the same request again in a while."""

    kind = Kind.UNAVAILABLE


class WaitsTooOften(Problem):
    """This device, or its technician, waits for news in too many places at once; end one of them first."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class Line:
    """Those who want to do the same thing: at most `places` do it at once, and at most `most` stand in line for it."""

    def __init__(self, places: int, most: int, patience: float) -> None:
        """`patience` is how many seconds one stays in line."""
        self.places = places
        self.most = most
        self.patience = patience
        self.inside = 0
        self.waiting: OrderedDict[Event, None] = OrderedDict()


class Admission:
    """Lets requests in, line by line: while somebody stands in one line, nobody of the lines behind it comes in.

    So no pull begins to read while a push waits. Who has waited for news comes behind those who ask for the first
    time: when something that all share has changed, there are many of them at once.
    """

    def __init__(self, pushes: Line, pulls: Line, news: Line) -> None:
        self._pushes = pushes
        self._pulls = pulls
        self._news = news
        self._lock = Lock()
        self._here = local()

    def is_full(self, *, pushes: bool) -> bool:
        """Whether the line of the pushes, or of the pulls, is full; whoever is let in may still be refused.

        For pulls it is also full while so many pushes stand in theirs that a pull would wait in vain.
        """
        if len(self._pushes.waiting) >= self._pushes.most * (1 if pushes else IN_VAIN):
            return True
        return not pushes and len(self._pulls.waiting) >= self._pulls.most

    @contextmanager
    def push(self) -> Iterator[None]:
        """While something that a device sent is taken in; raises `Overloaded` when the line is too long."""
        with self._inside(self._pushes):
            yield

    @contextmanager
    def pull(self) -> Iterator[None]:
        """While documents are read; raises `Overloaded` when others come first for longer than a pull waits."""
        with self._inside(self._pulls):
            yield

    @contextmanager
    def news(self) -> Iterator[None]:
        """While documents are read that a request has waited for; raises `Overloaded`."""
        with self._inside(self._news):
            yield

    @contextmanager
    def resting(self) -> Iterator[None]:
        """While the request of this thread, if it is inside, does nothing but wait: another may come in meanwhile.

        A push, which has recorded something, is inside again at once; others stand in their line again, and raise
        `Overloaded` when that takes too long.
        """
        line: Line | None = getattr(self._here, "line", None)
        if line is None:
            yield
            return
        self._leave(line)
        entered = False
        try:
            yield
            if line is not self._pushes:
                self._enter(line)
                entered = True
        finally:
            if not entered:
                with self._lock:
                    line.inside += 1

    @contextmanager
    def _inside(self, line: Line) -> Iterator[None]:
        self._enter(line)
        self._here.line = line
        try:
            yield
        finally:
            self._here.line = None
            self._leave(line)

    def _enter(self, line: Line) -> None:
        called = Event()
        with self._lock:
            if len(line.waiting) >= line.most:
                raise Overloaded(retry_after=BUSY_SECONDS)
            line.waiting[called] = None
            self._call()
        if not called.wait(line.patience) and not self._was_called(line, called):
            raise Overloaded(retry_after=BUSY_SECONDS)

    def _was_called(self, line: Line, called: Event) -> bool:
        """Whether the call came at the last moment; if not, this one leaves the line and keeps nobody waiting."""
        with self._lock:
            if called not in line.waiting:
                return True
            del line.waiting[called]
            self._call()
            return False

    def _leave(self, line: Line) -> None:
        with self._lock:
            line.inside -= 1
            self._call()

    def _call(self) -> None:
        """Call in whoever may come, the first in line first."""
        for line in (self._pushes, self._pulls, self._news):
            while line.waiting and line.inside < line.places:
                first, _ = line.waiting.popitem(last=False)
                line.inside += 1
                first.set()
            if line.waiting:
                return


class WaitingRoom:
    """Requests that wait for news: each holds a thread, and some must be left for those with something to do.

    Nobody takes more than a few of the seats. Of this process alone, as everything here.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside = 0
        self._taken: Counter[UUID] = Counter()
        self._lock = Lock()

    @contextmanager
    def seat(self, shares: Mapping[UUID, int] = MappingProxyType({})) -> Iterator[None]:
        """While one waits. `shares` says how many seats each of those may have who wait here.

        Raises `WaitsTooOften` when one of them has as many, and `Overloaded` when all seats are taken.
        """
        with self._lock:
            if any(self._taken[whose] >= most for whose, most in shares.items()):
                raise WaitsTooOften(retry_after=WAITS_SECONDS)
            if self.inside >= self.most:
                raise Overloaded("Too many devices wait for news at once; come back later.", retry_after=FULL_SECONDS)
            self.inside += 1
            self._taken.update(shares.keys())
        try:
            yield
        finally:
            with self._lock:
                self.inside -= 1
                self._taken.subtract(shares.keys())
                for whose in shares:
                    if not self._taken[whose]:
                        del self._taken[whose]
