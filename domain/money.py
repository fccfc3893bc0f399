"""Money: whole minor units with an ISO 4217 code."""

from __future__ import annotations

import msgspec


class Money(msgspec.Struct, frozen=True, omit_defaults=True):
    """An amount in minor units (cents for EUR), never a float; `per` so many units where it is a price of something.

    So a unit that costs 6.8 cents costs 68 for 10: exact, and whole.
    """

    amount: int
    currency: str
    per: int = 1
