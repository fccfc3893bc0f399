"""A device's clock: how its instants are corrected by the offset that it showed at sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

CLOCK_NOISE = timedelta(seconds=5)
"""A difference between clocks up to this is the time that sending takes, and is no reason to move instants."""


def clock_of(sent_at: datetime, received_at: datetime) -> Callable[[datetime], datetime]:
    """What corrects the instants of a device that said `sent_at` at sending, in whole seconds."""
    offset = received_at - sent_at
    if abs(offset) <= CLOCK_NOISE:
        return lambda claimed: claimed
    correction = timedelta(seconds=round(offset.total_seconds()))
    return lambda claimed: _shifted(claimed, correction, received_at)


def ahead_of(sent_at: datetime, received_at: datetime) -> int:
    """How far a device's clock is ahead, in milliseconds."""
    return round((sent_at - received_at).total_seconds() * 1000)


def _shifted(claimed: datetime, correction: timedelta, received_at: datetime) -> datetime:
    try:
        return claimed + correction
    except OverflowError:
        return received_at
