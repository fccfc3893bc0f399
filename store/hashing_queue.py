"""The queue before password hashing: two at a time, a few wait, and all others are refused at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Final, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem

AT_ONCE: Final = 2
"""The number of concurrent hashes; each takes 64 MiB and a core."""
WAITING: Final = 8
"""The number of unknown callers that may wait."""
RESERVED: Final = 8
"""Places beyond those, for known devices and for the office itself."""
EACH: Final = 4
"""Places of one address, and of one user, whatever they are known by."""
RETRY_SECONDS: Final = 3


class TooManyLogins(Problem):
    """Too many people are signing in at this moment; try again in a few seconds."""

    kind = Kind.UNAVAILABLE
    code = "overloaded"


class Lane(NamedTuple):
    """A requester of hashing: one name for each address or known user, and whether it is known."""

    name: str = ""
    known: bool = True


OFFICE: Final = Lane()
"""The machine itself, and admins who register users; limited only by the queue as a whole."""


def lane_of(user: UUID) -> Lane:
    """The lane of a user, for all their known devices, sessions and codes together."""
    return Lane(f"user {user}")


class HashingQueue:
    """Lets `AT_ONCE` callers hash and `WAITING` unknown ones wait, and refuses others before they cost anything.

    Unknown callers have one hash less at once: a known device never waits for all of them.
    """

    def __init__(self) -> None:
        self._hashing = BoundedSemaphore(AT_ONCE)
        self._strangers = BoundedSemaphore(AT_ONCE - 1)  # one core is soon free for known callers
        self._lock = Lock()
        self._inside = 0
        self._lanes: Counter[str] = Counter()

    @contextmanager
    def place(self, lane: Lane, patience: float) -> Iterator[None]:
        """One place, after at most `patience` seconds; raises `TooManyLogins`, at once when the queue is full."""
        self._enter(lane)
        try:
            until = monotonic() + patience
            with ExitStack() as held:
                for each in (self._hashing,) if lane.known else (self._strangers, self._hashing):
                    if not each.acquire(timeout=max(0.0, until - monotonic())):
                        raise TooManyLogins(retry_after=RETRY_SECONDS)
                    held.callback(each.release)
                yield
        finally:
            self._leave(lane)

    def _enter(self, lane: Lane) -> None:
        most = AT_ONCE + WAITING + (RESERVED if lane.known else 0)
        with self._lock:
            if self._inside >= most or (lane.name and self._lanes[lane.name] >= EACH):
                raise TooManyLogins(retry_after=RETRY_SECONDS)
            self._inside += 1
            self._lanes[lane.name] += 1

    def _leave(self, lane: Lane) -> None:
        with self._lock:
            self._inside -= 1
            self._lanes[lane.name] -= 1
            if not self._lanes[lane.name]:
                del self._lanes[lane.name]
