"""The one source of random numbers, seeded anew for each step so that no step depends on those before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


class Dice(Random):
    """Random numbers of the present step; a step within another has its own until it ends."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._now = Random(seed)

    @contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Use this seed for the duration of one step."""
        before, self._now = self._now, Random(seed)
        try:
            yield
        finally:
            self._now = before

    def random(self) -> float:
        """A number from 0 to 1."""
        return self._now.random()

    def getrandbits(self, k: int, /) -> int:
        """A number of so many bits."""
        return self._now.getrandbits(k)

    def chance(self, of: float) -> bool:
        """True with this probability; draws no number for probability 0."""
        return of > 0 and self._now.random() < of

    def one(self, things: Sequence[T]) -> T | None:
        """One of these, `None` if there are none."""
        return self.choice(things) if things else None

    def uuid(self) -> UUID:
        """A new id."""
        return UUID(int=self._now.getrandbits(128), version=4)
