"""Quotas: how many operations of one device may be quarantined at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.access.device import Device
from sync.decide import Decision
from sync.problems import QuotaReached

MOST_QUARANTINED: Final = 10_000
"""How many operations of a device may be quarantined at once."""
MOST_SALVAGED: Final = 5000
"""How many operations are accepted by salvage of a revoked device, until it is enrolled again."""
LATER_SECONDS: Final = 3600
"""`Retry-After`: the office has to decide first."""


def must_have_room(device: Device, decisions: Iterable[Decision]) -> None:
    """Raise `QuotaReached` when these decisions quarantine more operations of the device than are allowed.

    None of them has been recorded or answered then: the device keeps them.
    """
    if not any(decision.status == "quarantined" for decision in decisions):
        return
    for count, most in ((device.salvaged, MOST_SALVAGED), (len(device.quarantined), MOST_QUARANTINED)):
        if count > most:
            raise QuotaReached(limit=most, retry_after=LATER_SECONDS)
