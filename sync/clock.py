"""A device's clock: how its instants are corrected by the offset that it showed at sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

CLOCK_NOISE = timedelta(seconds=5)
"""A difference between clocks up to this is the time that sending takes, and is no reason to move instants."""

AT_ONCE = timedelta(0)


def clock_of(sent_at: datetime, received_at: datetime, took: timedelta = AT_ONCE) -> Callable[[datetime], datetime]:
    """What corrects the instants of a device that said `sent_at` when it began to send, in whole seconds.

    The request was there wholly at `received_at`, `took` after its beginning. Our clock stood between a little before
    that beginning and the beginning itself when the device looked at its own: so the beginning is compared, and as much
    again as the rest has taken may lie in front of it. What is within this uncertainty moves no instant.
    """
    offset = received_at - took - sent_at
    if abs(offset) <= CLOCK_NOISE + took:
        return lambda claimed: claimed
    correction = timedelta(seconds=round(offset.total_seconds()))
    return lambda claimed: _shifted(claimed, correction, received_at)


def ahead_of(sent_at: datetime, received_at: datetime, took: timedelta = AT_ONCE) -> int:
    """How far a device's clock is ahead, in milliseconds; the arguments are those of `clock_of`."""
    return round((sent_at - (received_at - took)).total_seconds() * 1000)


def _shifted(claimed: datetime, correction: timedelta, received_at: datetime) -> datetime:
    try:
        return claimed + correction
    except OverflowError:
        return received_at
