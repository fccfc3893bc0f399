"""What all devices of a run share: the bad line that they talk over, the book, the pace and their promises."""

from __future__ import annotations

from collections import deque
from random import Random
from threading import Lock
from typing import NamedTuple

from tests.chaos.book import Book
from tests.chaos.pace import Pace


class Promises:
    """Operations that have been made and will be sent: others may need them before they have come."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: deque[tuple[str, str]] = deque(maxlen=60)

    def offer(self, device: str, id: str) -> None:
        """This device will send this operation, or has done so."""
        with self._lock:
            self._made.append((device, id))

    def of_others(self, device: str, dice: Random) -> str | None:
        """An operation of another device, if there is one; more often one that was made just now."""
        with self._lock:
            found = [id for who, id in self._made if who != device]
        return found[-1 - min(int(dice.expovariate(0.3)), len(found) - 1)] if found else None


class Shared(NamedTuple):
    """`url` leads over the bad line."""

    url: str
    book: Book
    pace: Pace
    promises: Promises
