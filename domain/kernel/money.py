"""Money: whole minor units with an ISO 4217 code."""

from __future__ import annotations

import msgspec


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units (cents for EUR), never a float."""

    amount: int
    currency: str
