"""The register of everything that can happen in a step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

Do = Callable[["World", "Phone"], None]
STEP_FUNCTIONS: dict[str, Do] = {}
"""The function of each kind of step; it gets the step's phone."""
WEIGHTS: dict[str, float] = {}
"""The weight of each kind of step."""


def step(name: str, often: float) -> Callable[[Do], Do]:
    """Register a kind of step."""

    def register(do: Do) -> Do:
        STEP_FUNCTIONS[name], WEIGHTS[name] = do, often
        return do

    return register
