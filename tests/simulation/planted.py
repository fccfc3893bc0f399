"""Planted bugs: known bugs, each switched on by name in the simulator only, to show that it is caught."""

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
    """A bug: its name, what it breaks, and the function that plants it."""

    name: str
    breaks: str
    plant: Plant


class Patcher:
    """Replaces attributes of classes and modules until the bug is removed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def replace(self, owner: Any, name: str, other: Any) -> None:
        """Replace an attribute."""
        self._stack.enter_context(patch.object(owner, name, other))

    def wrap(self, owner: Any, name: str, around: Callable[..., Any]) -> None:
        """Replace a method or function by `around(original, *args)`."""
        original = getattr(owner, name)
        self.replace(owner, name, lambda *args, **more: around(original, *args, **more))

    def fold_otherwise(self, kind: type[Projection], folds: dict[str, Any]) -> None:
        """Replace folds of a projection."""
        self.replace(kind, "folds", kind.folds | folds)
        self.replace(memory_views, "REPLAY", Replay(memory_views.PROJECTIONS))


BUGS: dict[str, Bug] = {}


def bug(name: str, breaks: str) -> Callable[[Plant], Plant]:
    """Register a bug."""

    def register(plant: Plant) -> Plant:
        BUGS[name] = Bug(name, breaks, plant)
        return plant

    return register


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Run with this bug planted."""
    with ExitStack() as stack:
        BUGS[name].plant(Patcher(stack))
        yield
