"""How an operation's type is bound to the shape of its data and to what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sync.outcome import Context, Outcome

Decide = Callable[[Context, Any], Outcome]


class Handler(NamedTuple):
    """One version of one operation type. A fact is never refused; a request may be."""

    name: str
    v: int
    shape: type
    decide: Decide
    is_fact: bool


def fact(name: str, shape: type, v: int = 1) -> Callable[[Decide], Handler]:
    """Bind a handler of something that has happened."""
    return lambda decide: Handler(name, v, shape, decide, is_fact=True)


def request(name: str, shape: type, v: int = 1) -> Callable[[Decide], Handler]:
    """Bind a handler of something that is asked for."""
    return lambda decide: Handler(name, v, shape, decide, is_fact=False)
