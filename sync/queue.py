"""A queue that serves everybody in turn: who has put much into it waits no shorter and keeps nobody waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Things by whose they are. Each owner's come in order, one of each owner in turn; nothing is in it twice."""

    def __init__(self) -> None:
        self._turns: deque[UUID] = deque()
        self._of: dict[UUID, dict[T, None]] = {}

    def __len__(self) -> int:
        """How many things are waiting."""
        return sum(map(len, self._of.values()))

    def add(self, things: Iterable[tuple[UUID, T]]) -> None:
        """Put things, each with its owner, behind those that the owner has in it; what is in it stays where it is."""
        for owner, thing in things:
            if owner not in self._of:
                self._of[owner] = {}
                self._turns.append(owner)
            self._of[owner].setdefault(thing)

    def take(self, most: int) -> Iterator[T]:
        """Take the next things out, at most so many, one of each owner in turn."""
        for _ in range(most):
            if not self._turns:
                return
            owner = self._turns.popleft()
            waiting = self._of[owner]
            thing = next(iter(waiting))
            del waiting[thing]
            if waiting:
                self._turns.append(owner)
            else:
                del self._of[owner]
            yield thing
