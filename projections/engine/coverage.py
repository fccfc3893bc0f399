"""Which ranges of an order are loaded into memory."""

from __future__ import annotations

from projections.engine.ordered import OrderKey

Stretch = tuple[OrderKey, OrderKey]
"""From one key through another."""


class Coverage:
    """Ranges of one group in one order; everything stored within them is loaded."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []

    def around(self, key: OrderKey) -> Stretch | None:
        """The range that contains a key."""
        return next((each for each in self._stretches if each[0] <= key <= each[1]), None)

    def add(self, low: OrderKey, high: OrderKey) -> None:
        """Everything from `low` through `high` is loaded now; touching ranges are joined."""
        apart = []
        for each in self._stretches:
            if each[1] < low or high < each[0]:
                apart.append(each)
            else:
                low, high = min(low, each[0]), max(high, each[1])
        self._stretches = sorted([*apart, (low, high)])
