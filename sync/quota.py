"""Quotas: how much of one device may wait for the office at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.access.device import Device
from sync.decide import Decision
from sync.problems import QuotaReached

MOST_QUARANTINED: Final = 10_000
"""So many operations of a device wait for the office at once."""
MOST_SALVAGED: Final = 5000
"""So many operations are taken out of the outbox of a revoked device, until it is enrolled again."""
LATER_SECONDS: Final = 3600
"""The office needs some time to decide."""


def must_have_room(device: Device, decisions: Iterable[Decision]) -> None:
    """Raise `QuotaReached` when these decisions put more aside for the office than may wait there.

    Nothing of these has been recorded then, and nothing been answered: the device keeps what it has sent.
    """
    if not any(decision.status == "quarantined" for decision in decisions):
        return
    for many, most in ((device.salvaged, MOST_SALVAGED), (len(device.quarantined), MOST_QUARANTINED)):
        if many > most:
            raise QuotaReached(limit=most, retry_after=LATER_SECONDS)
