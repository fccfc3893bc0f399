"""Planted bugs: known mistakes, each switched on by name in the simulator alone, to show that it would be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from projections.engine.projection import Projection
from projections.engine.replay import Replay
from tests.simulation import memory_views

Plant = Callable[["Patcher"], None]


class Bug(NamedTuple):
    """A mistake: its name, what it breaks, and how it is made."""

    name: str
    breaks: str
    plant: Plant


class Patcher:
    """Where a bug is planted: attributes of classes and modules are replaced until it is pulled out again."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def replace(self, owner: Any, name: str, other: Any) -> None:
        """Something else in the place of an attribute."""
        self._stack.enter_context(patch.object(owner, name, other))

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """`around(original, *args)` in the place of a method or function."""
        original = getattr(owner, name)
        self.replace(owner, name, lambda *args, **more: around(original, *args, **more))

    def fold_otherwise(self, kind: type[Projection], folds: dict[str, Any]) -> None:
        """Other folds of a projection, for everybody who folds."""
        self.replace(kind, "folds", kind.folds | folds)
        self.replace(memory_views, "REPLAY", Replay(memory_views.PROJECTIONS))


BUGS: dict[str, Bug] = {}


def bug(name: str, breaks: str) -> Callable[[Plant], Plant]:
    """Register a mistake."""

    def register(plant: Plant) -> Plant:
        BUGS[name] = Bug(name, breaks, plant)
        return plant

    return register


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with this mistake in the house."""
    with ExitStack() as stack:
        BUGS[name].plant(Patcher(stack))
        yield
