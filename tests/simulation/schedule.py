"""A schedule: the steps of one run as plain data, drawn from a seed; whatever is left of them can be run again."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from tests.simulation.profile import Profile


class Step(NamedTuple):
    """What happens, with whom in the leading part, and what its dice fall like."""

    kind: str
    who: int
    seed: int


class Schedule(NamedTuple):
    """A run: the seed it came from, what may go wrong in it, and its steps."""

    seed: int
    profile: Profile
    steps: tuple[Step, ...]


def drawn(seed: int, kinds: dict[str, float], *, steps: int = 200, devices: int | None = None) -> Schedule:
    """The schedule of a seed. `kinds` says how often each kind of step comes, before the run's own taste."""
    dice = Random(seed)
    profile = Profile.drawn(dice, devices)
    names = list(kinds)
    weights = [kinds[name] * profile.taste(name) for name in names]
    chosen = dice.choices(names, weights, k=steps)
    return Schedule(
        seed, profile, tuple(Step(name, dice.randrange(profile.devices), dice.getrandbits(48)) for name in chosen)
    )
