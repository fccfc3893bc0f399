"""Admission of a device's requests: rate limits, concurrency limits, and pushes before pulls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from domain.access.identity import DeviceIdentity
from domain.kernel.problem import Kind, Problem
from sync.admission import Admission, Queue, WaitingRoom
from sync.limits import Buckets, RateLimited

PUSH_PATIENCE: Final = 10.0
PULL_PATIENCE: Final = 2.0
NEWS_PATIENCE: Final = 10.0
SEATS_OF_DEVICE: Final = 4
"""A device needs one; requests that it has abandoned on a dead connection count until they are noticed."""
SEATS_OF_TECHNICIAN: Final = 16
_SEATS: Final = 0.9
_LINE: Final = 0.25


class TooManyRequests(Problem):
    """Your sessions together send too many requests; wait before the next one."""

    kind = Kind.RATE_LIMITED


class Gate:
    """Rate and concurrency limits; pushes, uploads and pulls have buckets of their own, so that none blocks pushing."""

    def __init__(self, *, rate: float, burst: int, connections: int, threads: int, office_rate: float = 0) -> None:
        """`rate` requests a minute and device, `burst` at once; `connections` and `threads` are those of a process.

        A user of the office has `office_rate` a minute, half of them at once; 0 is any number.
        """
        length, reading = max(1, int(threads * _LINE)), max(1, connections // 2)
        self._sending, self._reading = Buckets(rate, burst), Buckets(rate, burst)
        self._uploading = Buckets(rate, burst)
        self._office = Buckets(office_rate, max(1, int(office_rate / 2)))
        self._admission = Admission(
            pushes=Queue(connections, length, PUSH_PATIENCE),
            pulls=Queue(reading, length, PULL_PATIENCE),
            news=Queue(reading, threads, NEWS_PATIENCE),
        )
        self._room = WaitingRoom(max(1, int(threads * _SEATS)))

    def office(self, user: UUID) -> None:
        """Count a request of a user of the office, over all sessions; raises `TooManyRequests`."""
        try:
            self._office.take(user)
        except RateLimited as full:
            raise TooManyRequests(retry_after=full.members["retry_after"]) from None

    def is_full(self, *, pushes: bool) -> bool:
        """Whether any push, or any pull, would be refused now because its queue is full."""
        return self._admission.is_full(pushes=pushes)

    @contextmanager
    def push(self, device: UUID) -> Iterator[None]:
        """Context in which a push is processed; raises `RateLimited` and `Overloaded`."""
        self._sending.take(device)
        with self._admission.push():
            yield

    @contextmanager
    def upload(self, device: UUID) -> Iterator[None]:
        """Context in which bytes of a blob are received, queued with pushes; raises `RateLimited` and `Overloaded`."""
        self._uploading.take(device)
        with self._admission.push():
            yield

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Context in which this thread only waits: its slot, if it has one, is free for others meanwhile.

        Raises `Overloaded` at its end for a pull that does not get a slot again in time.
        """
        with self._admission.resting():
            yield

    @contextmanager
    def pull(self, device: UUID) -> Iterator[None]:
        """Context in which a device's documents are read; raises `RateLimited` and `Overloaded`."""
        self._reading.take(device)
        with self._admission.pull():
            yield

    @contextmanager
    def news(self) -> Iterator[None]:
        """Context in which documents are read after a long poll; raises `Overloaded`."""
        with self._admission.news():
            yield

    @contextmanager
    def waiting(self, who: DeviceIdentity | None = None) -> Iterator[None]:
        """Context of a long poll; raises `Overloaded`, and `WaitsTooOften` when `who` has too many of them."""
        shares = {} if who is None else {who.device: SEATS_OF_DEVICE, who.technician: SEATS_OF_TECHNICIAN}
        with self._room.seat(shares):
            yield
