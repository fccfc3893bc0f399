"""The faults of one run: each run has some often and others never, so that all combinations occur."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

RATES: dict[str, float] = {
    "request lost": 0.2,
    "reply lost": 0.2,
    "request repeated": 0.2,
    "request kept for later": 0.2,
    "body cut short": 0.1,
    "reply cut short": 0.1,
    "long delay": 0.2,
    "others go first": 0.4,
    "server busy": 0.1,
    "views late": 0.5,
    "crash before commit": 0.1,
    "crash after commit": 0.1,
    "overtaken at commit": 0.2,
    "overtaken by its own copy": 0.2,
    "the office is faster": 0.3,
    "killed": 0.2,
    "disk full": 0.05,
}
"""The highest probability of each fault, wherever it can happen."""

MISHAPS = (
    "clock jumps",
    "partition",
    "late request",
    "rebuild views",
    "bit rot",
    "restore a phone",
    "clone a phone",
    "reinstall a phone",
    "restore the server",
    "old apps are no longer served",
    "nonsense",
    "doubt a device",
    "lose a phone",
    "forget a customer",
)
"""Kinds of step that only some runs have."""


class Profile(NamedTuple):
    """The settings of a run: devices, technicians, probabilities of faults, clocks, page size, signatures."""

    devices: int
    technicians: int
    rates: dict[str, float]
    without: frozenset[str]
    offsets: tuple[float, ...]
    drifts: tuple[float, ...]
    page: int
    signs: bool

    @classmethod
    def drawn(cls, dice: Random, devices: int | None = None) -> Profile:
        """A random profile."""
        many = devices or dice.randint(3, 10)
        rates = {name: most * dice.random() if dice.random() < 0.6 else 0.0 for name, most in RATES.items()}
        without = frozenset(name for name in MISHAPS if dice.random() < 0.4)
        offsets = tuple(dice.choice((0.0, 0.0, 1.5, -40.0, 400.0, -90_000.0, 200_000.0)) for _ in range(many))
        drifts = tuple(dice.choice((0.0, 0.0, 1e-5, -1e-4)) for _ in range(many))
        technicians = max(2, many - dice.randint(0, many // 3))
        page, signs = dice.choice((3, 20, 500)), dice.random() < 0.5
        return cls(many, technicians, rates, without, offsets, drifts, page, signs)

    def factor(self, kind: str) -> float:
        """The factor by which a kind of step is more or less frequent in this run."""
        return 0.0 if kind in self.without else 1.0

    def rate(self, fault: str) -> float:
        """The probability of this fault."""
        return self.rates.get(fault, 0.0)

    def quiet(self) -> Profile:
        """The same profile without faults."""
        return self._replace(rates={})
