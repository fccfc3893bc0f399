"""A device's clock: its instants are corrected by the clock's offset at sending, and implausible ones are replaced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from domain.kernel.bounds import EARLIEST
from domain.kernel.envelope import CLOCK_TOLERANCE, Envelope
from domain.recording.answers import Neighbour, Readings
from sync.notices import Notice, notice

CLOCK_NOISE = timedelta(seconds=5)
"""Differences between clocks up to this are taken for the time of sending, and instants are not corrected."""

AT_ONCE = timedelta(0)

DATED_BACK: Final = timedelta(days=1)
"""How far people date back: an instant further before what must have happened first comes from a wrong clock."""
LOOKED_BACK: Final = 20
"""How many sequence numbers before an operation's its neighbours are looked for."""
_NEXT: Final = timedelta(microseconds=1)


class Used(NamedTuple):
    """The instant that is used for an operation, and how the claimed one was wrong, or None."""

    at: datetime
    clock: Literal["ahead", "behind"] | None = None


def instant_of(claimed: datetime, received_at: datetime, read_at: datetime | None, before: datetime | None) -> Used:
    """The instant that is used for an operation; `claimed` is the device's, corrected by its offset.

    `read_at` is when the event at the author's `seen` was recorded, `before` the instant used for the operation before
    this one; None where that is not known. A replacement is later than both of them: it depends on the device's own
    sequence and on what is recorded, not on when or with what the operation arrived. Where neither is known, a time
    before 1900 is replaced by that of the arrival.
    """
    if claimed > received_at + CLOCK_TOLERANCE:
        return Used(received_at, "ahead")
    latest = received_at + CLOCK_TOLERANCE  # later ones come from a server's clock that has been set back since
    first = max((at for at in (read_at, before) if at is not None and at <= latest), default=claimed)
    if claimed < EARLIEST and first == claimed:
        return Used(received_at, "behind")
    if claimed < first - DATED_BACK:
        return Used(first + _NEXT, "behind")
    return Used(claimed)


def before_of(seq: int, neighbours: list[Neighbour]) -> datetime | None:
    """The instant used for the nearest neighbour before `seq`, or None; `neighbours` are in the order of their numbers.

    Skips operations with `seen` 0, which may be history, and those from the future, which have the time of arrival.
    """
    near = (one for one in reversed(neighbours) if seq - LOOKED_BACK <= one.seq < seq)
    return next((one.at for one in near if one.seen and one.clock != "ahead"), None)


def read_by(claimed: datetime, seen: int, readings: Readings) -> datetime | None:
    """When the event at position `seen` was recorded that an author had read at `claimed`; None where it is not known.

    Before each restoration of the log other events may have had this position: then the result is the time of the last
    event that is the same in what the author had read and in the log now.
    """
    changed = (life for life in readings.lives if seen >= life.position and claimed < life.began_at)
    since = min(changed, key=lambda life: life.position, default=None)
    return readings.recorded.get(seen) if since is None else since.both_at


def suspicions(envelope: Envelope) -> tuple[Notice, ...]:
    """The notice about the clock of an envelope, if its instant was replaced."""
    return () if envelope.clock is None else (notice("clock_suspect", case=envelope.clock),)


def clock_of(sent_at: datetime, received_at: datetime, took: timedelta = AT_ONCE) -> Callable[[datetime], datetime]:
    """A function that corrects the instants of a device whose clock showed `sent_at` when it began to send.

    The last byte of the request arrived at `received_at`, `took` after the first one. The device read its clock before
    the first byte arrived, at most about `took` earlier: so the arrival of the first byte is compared with it, and a
    difference within this uncertainty corrects nothing. Corrections are whole seconds.
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
