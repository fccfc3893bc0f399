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
    """The server is overloaded; send the same request again later."""

    kind = Kind.UNAVAILABLE


class WaitsTooOften(Problem):
    """This device, or its technician, waits for news in too many places at once; end one of them first."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class Queue:
    """A queue of requests of one kind: at most `places` run at once, and at most `most` wait."""

    def __init__(self, places: int, most: int, patience: float) -> None:
        """`patience` is how many seconds a request waits at most."""
        self.places = places
        self.most = most
        self.patience = patience
        self.inside = 0
        self.waiting: OrderedDict[Event, None] = OrderedDict()


class Admission:
    """Admits requests by priority: while one waits in a queue, none in the queues after it is admitted.

    So no pull is admitted while a push waits. Pulls after a long poll come last: when a shared document has changed,
    there are many of them at once.
    """

    def __init__(self, pushes: Queue, pulls: Queue, news: Queue) -> None:
        self._pushes = pushes
        self._pulls = pulls
        self._news = news
        self._lock = Lock()
        self._here = local()

    def is_full(self, *, pushes: bool) -> bool:
        """Whether the queue of the pushes, or of the pulls, is full; if not, a request may still be refused.

        For pulls it is also full while so many pushes wait that a pull would hardly be admitted in time.
        """
        if len(self._pushes.waiting) >= self._pushes.most * (1 if pushes else PULLS_REFUSED_SHARE):
            return True
        return not pushes and len(self._pulls.waiting) >= self._pulls.most

    @contextmanager
    def push(self) -> Iterator[None]:
        """Context in which a push is processed; raises `Overloaded` when too many wait, or for too long."""
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

        A push, which has recorded something, continues at once afterwards; others wait in their queue again, and raise
        `Overloaded` when that takes too long.
        """
        queue: Queue | None = getattr(self._here, "queue", None)
        if queue is None:
            yield
            return
        self._leave(queue)
        entered = False
        try:
            yield
            if queue is not self._pushes:
                self._enter(queue)
                entered = True
        finally:
            if not entered:
                with self._lock:
                    queue.inside += 1

    @contextmanager
    def _inside(self, queue: Queue) -> Iterator[None]:
        self._enter(queue)
        self._here.queue = queue
        try:
            yield
        finally:
            self._here.queue = None
            self._leave(queue)

    def _enter(self, queue: Queue) -> None:
        called = Event()
        with self._lock:
            if len(queue.waiting) >= queue.most:
                raise Overloaded(retry_after=BUSY_SECONDS)
            queue.waiting[called] = None
            self._call()
        if not called.wait(queue.patience) and not self._was_called(queue, called):
            raise Overloaded(retry_after=BUSY_SECONDS)

    def _was_called(self, queue: Queue, called: Event) -> bool:
        """Whether the request was admitted just after its timeout; if not, it is removed from the queue."""
        with self._lock:
            if called not in queue.waiting:
                return True
            del queue.waiting[called]
            self._call()
            return False

    def _leave(self, queue: Queue) -> None:
        with self._lock:
            queue.inside -= 1
            self._call()

    def _call(self) -> None:
        """Admit as many requests as may run now, in the order of the queues, the oldest of a queue first."""
        for queue in (self._pushes, self._pulls, self._news):
            while queue.waiting and queue.inside < queue.places:
                first, _ = queue.waiting.popitem(last=False)
                queue.inside += 1
                first.set()
            if queue.waiting:
                return


class WaitingRoom:
    """Limits long polls: each holds a thread, and some threads must be left for other requests.

    Nobody gets more than a few of the seats. It limits this process only, as everything here.
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
            if any(self._taken[id] >= most for id, most in shares.items()):
                raise WaitsTooOften(retry_after=WAITS_SECONDS)
            if self.inside >= self.most:
                raise Overloaded("Too many devices wait for news at once; try again later.", retry_after=FULL_SECONDS)
            self.inside += 1
            self._taken.update(shares.keys())
        try:
            yield
        finally:
            with self._lock:
                self.inside -= 1
                self._taken.subtract(shares.keys())
                for id in shares:
                    if not self._taken[id]:
                        del self._taken[id]
