"""A round-robin queue: one item of each owner in turn, however many an owner has put into it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items by owner. Those of an owner are taken in order, one of each owner in turn; nothing is in it twice."""

    def __init__(self) -> None:
        self._turns: deque[UUID] = deque()
        self._of: dict[UUID, dict[T, None]] = {}

    def __len__(self) -> int:
        """The number of items."""
        return sum(map(len, self._of.values()))

    def add(self, items: Iterable[tuple[UUID, T]]) -> None:
        """Append items, each with its owner, to those of the owner; one that is in the queue keeps its place."""
        for owner, item in items:
            if owner not in self._of:
                self._of[owner] = {}
                self._turns.append(owner)
            self._of[owner].setdefault(item)

    def take(self, most: int) -> Iterator[T]:
        """Remove and yield the next items, at most `most`, one of each owner in turn."""
        for _ in range(most):
            if not self._turns:
                return
            owner = self._turns.popleft()
            waiting = self._of[owner]
            item = next(iter(waiting))
            del waiting[item]
            if waiting:
                self._turns.append(owner)
            else:
                del self._of[owner]
            yield item
