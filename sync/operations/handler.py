"""Binds an operation's type to the shape of its data and to the function that decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from sync.outcome import Context, Outcome

Decide = Callable[[Context, Any], Outcome]
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


class Handler(NamedTuple):
    """One version of one operation type. A fact is never refused; a request may be.

    `shape` is that of the newest version; `upcasts` bring the data of an older one up to it, the oldest step first.
    """

    name: str
    v: int
    shape: type
    decide: Decide
    is_fact: bool
    upcasts: tuple[Upcast, ...] = ()

    def upcast(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data in the shape of the newest version."""
        for step in self.upcasts:
            data = step(data)
        return data

    def versions(self) -> Iterator[Handler]:
        """This handler for every version that there has been, the newest last."""
        for v in range(1, self.v):
            yield self._replace(v=v, upcasts=self.upcasts[v - 1 :])
        yield self._replace(upcasts=())


def fact(name: str, shape: type, *upcasts: Upcast) -> Callable[[Decide], Handler]:
    """Decorator: the handler of a fact; each upcast converts data of one version to the next, from 1 on."""
    return lambda decide: Handler(name, len(upcasts) + 1, shape, decide, is_fact=True, upcasts=upcasts)


def request(name: str, shape: type, *upcasts: Upcast) -> Callable[[Decide], Handler]:
    """Decorator: the handler of a request; `upcasts` as for `fact`."""
    return lambda decide: Handler(name, len(upcasts) + 1, shape, decide, is_fact=False, upcasts=upcasts)
