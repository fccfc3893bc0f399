"""Admission under load: pushes before pulls, with bounded queues and bounded waiting."""

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
PULLS_REFUSED_SHARE: Final = 0.5
"""How full the queue of the pushes is when pulls are refused at once."""
WAITS_SECONDS: Final = 15
"""After this at the latest an abandoned request is noticed."""


class Overloaded(Problem):
    """The server has too much to do; send the same request again in a while."""

    kind = Kind.UNAVAILABLE


class WaitsTooOften(Problem):
    """This device, or its technician, waits for news in too many places at once; end one of them first."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class Line:
    """A queue of requests of one kind: at most `places` run at once, and at most `most` wait."""

    def __init__(self, places: int, most: int, patience: float) -> None:
        """`patience` is how many seconds a request waits at most."""
        self.places = places
        self.most = most
        self.patience = patience
        self.inside = 0
        self.waiting: OrderedDict[Event, None] = OrderedDict()


class Admission:
    """Admits requests by priority: while one waits in a line, none of the lines after it is admitted.

    So no pull is admitted while a push waits. Pulls after a long poll come last: when a shared document has changed,
    there are many of them at once.
    """

    def __init__(self, pushes: Line, pulls: Line, news: Line) -> None:
        self._pushes = pushes
        self._pulls = pulls
        self._news = news
        self._lock = Lock()
        self._here = local()

    def is_full(self, *, pushes: bool) -> bool:
        """Whether the line of the pushes, or of the pulls, is full; if not, a request may still be refused.

        For pulls it is also full while so many pushes wait that a pull would hardly be admitted in time.
        """
        if len(self._pushes.waiting) >= self._pushes.most * (1 if pushes else PULLS_REFUSED_SHARE):
            return True
        return not pushes and len(self._pulls.waiting) >= self._pulls.most

    @contextmanager
    def push(self) -> Iterator[None]:
        """Context in which a push is taken in; raises `Overloaded` when too many wait, or for too long."""
        with self._inside(self._pushes):
            yield

    @contextmanager
    def pull(self) -> Iterator[None]:
        """Context in which documents are read; raises `Overloaded` when too many wait, or for too long."""
        with self._inside(self._pulls):
            yield

    @contextmanager
    def news(self) -> Iterator[None]:
        """Context in which documents are read after a long poll; raises `Overloaded`."""
        with self._inside(self._news):
            yield

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Context in which the request of this thread, if it was admitted, only waits: another is admitted meanwhile.

        A push, which has recorded something, goes on at once afterwards; others wait in their line again, and raise
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
        """Whether the request was admitted just after its timeout; if not, it is removed from the line."""
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
        """Admit as many requests as may run now, in the order of the lines, the oldest of a line first."""
        for line in (self._pushes, self._pulls, self._news):
            while line.waiting and line.inside < line.places:
                first, _ = line.waiting.popitem(last=False)
                line.inside += 1
                first.set()
            if line.waiting:
                return


class WaitingRoom:
    """Limits long polls: each holds a thread, and some threads must be left for other requests.

    Nobody takes more than a few of the seats. In this process only, as everything here.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside = 0
        self._taken: Counter[UUID] = Counter()
        self._lock = Lock()

    @contextmanager
    def seat(self, shares: Mapping[UUID, int] = MappingProxyType({})) -> Iterator[None]:
        """Context of one long poll; `shares` is how many seats each of the ids may have.

        Raises `WaitsTooOften` when one of them has as many already, and `Overloaded` when all seats are taken.
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
