"""Balances below zero: since which movement, and the movements that took more than there was."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import islice
from typing import Final, NamedTuple

from domain.kernel.instant import format_instant
from projections.engine.table import Row

MOST_EVENTS: Final = 100
"""The number of causes that are kept, the first ones."""
MOST_LINES: Final = 500
"""The number of movements searched backwards for the first one below zero."""


class BelowZero(NamedTuple):
    """The first line from which a sum is below zero, and the causes; `is_older` when it was so before all lines."""

    first: Row | None
    causes: list[Row]
    is_older: bool


def below_zero(on_hand: Decimal, lines: Sequence[Row]) -> BelowZero:
    """Walk back from the sum `on_hand`, which is below zero, over the last movements in order of occurrence."""
    reached, since = on_hand, len(lines)
    while since > 0 and reached < 0:
        since -= 1
        reached -= lines[since]["quantity"]
    took = islice((line for line in lines[since:] if line["quantity"] < 0), MOST_EVENTS)
    return BelowZero(lines[since] if lines else None, [_cause(line) for line in took], reached < 0)


def _cause(line: Row) -> Row:
    return {
        "at": format_instant(line["occurred_at"]),
        "device": str(line["device"]) if line["device"] else None,
        "operation": None,
        "position": line["position"],
        "stream": str(line["movement"]),
    }
