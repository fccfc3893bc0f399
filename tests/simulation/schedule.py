"""A schedule: the steps of one run as plain data, drawn from a seed; any part of them can be run again."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tests.simulation.profile import Profile


class Step(NamedTuple):
    """The kind of a step, the number of its phone, and the seed of its random numbers."""

    kind: str
    who: int
    seed: int


class Schedule(NamedTuple):
    """A run: its seed, its profile of faults, and its steps."""

    seed: int
    profile: Profile
    steps: tuple[Step, ...]


def drawn(seed: int, kinds: dict[str, float], *, steps: int = 200, devices: int | None = None) -> Schedule:
    """The schedule of a seed. `kinds` are the weights of the kinds of step, before the profile's factors."""
    dice = Random(seed)
    profile = Profile.drawn(dice, devices)
    names = list(kinds)
    weights = [kinds[name] * profile.factor(name) for name in names]
    chosen = dice.choices(names, weights, k=steps)
    return Schedule(
        seed, profile, tuple(Step(name, dice.randrange(profile.devices), dice.getrandbits(48)) for name in chosen)
    )
