"""Which stretches of an order are held in memory as they are stored."""

from __future__ import annotations

from projections.engine.ordered import OrderKey

Stretch = tuple[OrderKey, OrderKey]
"""From a key through another."""


class Coverage:
    """Stretches of one group in one order, from a key through another; everything stored between them is held."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    def around(self, key: OrderKey) -> Stretch | None:
        """The stretch that a key lies in."""
        return next((each for each in self._stretches if each[0] <= key <= each[1]), None)

    def add(self, low: OrderKey, high: OrderKey) -> None:
        """Everything from `low` through `high` is held now; what touches other stretches becomes one with them."""
        apart = []
        for each in self._stretches:
            if each[1] < low or high < each[0]:
                apart.append(each)
            else:
                low, high = min(low, each[0]), max(high, each[1])
        self._stretches = sorted([*apart, (low, high)])
