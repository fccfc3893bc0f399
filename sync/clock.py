"""A device's clock: how its instants are corrected by the offset that it showed at sending, and which are suspect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from domain.kernel.bounds import EARLIEST
from domain.kernel.envelope import CLOCK_TOLERANCE, Envelope
from domain.recording.answers import Neighbour, Readings
from sync.outcome import Notice

CLOCK_NOISE = timedelta(seconds=5)
"""A difference between clocks up to this is the time that sending takes, and is no reason to move instants."""

AT_ONCE = timedelta(0)

DATED_BACK: Final = timedelta(days=1)
"""So far people date back: an instant that lies further before what must have come first is no date, but a clock."""
LOOKED_BACK: Final = 20
"""So many numbers in front of an operation's its neighbours are looked for."""
_NEXT: Final = timedelta(microseconds=1)
_SUSPICIONS: Final = {
    "ahead": "The device says that this happened in the future.",
    "behind": "The device says that this happened before what its author had read or done already.",
}


class Used(NamedTuple):
    """The instant that is used for an operation, and how the claim was wrong, if it was."""

    at: datetime
    clock: Literal["ahead", "behind"] | None = None


def instant_of(said: datetime, received_at: datetime, read_at: datetime | None, before: datetime | None) -> Used:
    """The instant that is used for what a device says (corrected) happened then.

    `read_at` is when that was recorded which its author had read, `before` the instant used for the neighbour in front
    of it; None where that is not known. An estimate lies behind both of them: it depends on the device's own sequence
    and on what is recorded, and not on when or with what the operation arrived. Where neither is known, the time of
    arrival stands in for what nobody can mean: a time before 1900.
    """
    if said > received_at + CLOCK_TOLERANCE:
        return Used(received_at, "ahead")
    latest = received_at + CLOCK_TOLERANCE  # what lies behind that is by a clock of ours that has been put back since
    first = max((at for at in (read_at, before) if at is not None and at <= latest), default=said)
    if said < EARLIEST and first == said:
        return Used(received_at, "behind")
    if said < first - DATED_BACK:
        return Used(first + _NEXT, "behind")
    return Used(said)


def before_of(seq: int, neighbours: list[Neighbour]) -> datetime | None:
    """The instant used for the neighbour in front of an operation with this number; they are in order.

    What was sent with `seen` 0 may be history, and what came from the future has the time of its arrival: neither says
    anything about the ones behind it.
    """
    near = (one for one in reversed(neighbours) if seq - LOOKED_BACK <= one.seq < seq)
    return next((one.at for one in near if one.seen and one.clock != "ahead"), None)


def read_by(said: datetime, seen: int, readings: Readings) -> datetime | None:
    """When that was recorded which somebody had read who says that they acted then; None where that is not known.

    Who acted in an earlier life of the log has read another event at this position: one that came after what both
    lives have.
    """
    life = readings.life
    if life is not None and seen >= life.position and said < life.began_at:
        return life.both_at
    return readings.recorded.get(seen)


def suspicions(envelope: Envelope) -> tuple[Notice, ...]:
    """What is suspicious about the clock that an envelope's instant came from."""
    return () if envelope.clock is None else (Notice("clock_suspect", _SUSPICIONS[envelope.clock]),)


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
