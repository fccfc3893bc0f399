"""What all devices of a run share: the URL of the bad connection, the book, the pace and offered operations."""

from __future__ import annotations

from collections import deque
from random import Random
from threading import Lock
from typing import NamedTuple

from tests.chaos.book import Book
from tests.chaos.pace import Pace


class Promises:
    """Operations that were made and will be sent: others may need them before they have arrived."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: deque[tuple[str, str]] = deque(maxlen=60)

    def offer(self, device: str, id: str) -> None:
        """Offer an operation of this device to others."""
        with self._lock:
            self._made.append((device, id))

    def of_others(self, device: str, dice: Random) -> str | None:
        """An operation of another device, `None` if there is none; recent ones more often."""
        with self._lock:
            found = [id for who, id in self._made if who != device]
        return found[-1 - min(int(dice.expovariate(0.3)), len(found) - 1)] if found else None


class Shared(NamedTuple):
    """`url` is that of the bad connection."""

    url: str
    book: Book
    pace: Pace
    promises: Promises
