"""Local time: the day of an instant at a place, and the instants of a day or a clock time there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.kernel.instant import parsed

LOCAL_PATTERN: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
"""A regular expression for what `parse_local` reads: a date and a clock time without an offset."""
_LOCAL: Final = re.compile(LOCAL_PATTERN)
_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


@lru_cache(4096)
def place(zone: str) -> ZoneInfo:
    """The clocks of an IANA zone; UTC for one on record that this machine does not know."""
    try:
        return ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")


def local_day(instant: datetime, zone: str) -> date:
    """The day that it is at an instant in an IANA zone.

    Days never go back: where clocks are set back over midnight, the day that has begun goes on.
    """
    day = wall_clock(instant, zone).date()
    while day < date.max and day_starts(day + _DAY, zone) <= instant:
        day += _DAY
    return day


@lru_cache(4096)
def day_starts(day: date, zone: str) -> datetime:
    """The instant in UTC at which a day begins in an IANA zone: midnight, or the first instant after a skipped one.

    A day that a zone skipped begins when the next one does.
    """
    if day == date.min:
        return _FIRST
    midnight = datetime.combine(day, time(), place(zone))
    starts, earlier = _in_utc(midnight), _in_utc(midnight.replace(fold=1))
    if earlier >= starts:  # midnight is there; where it is twice, the first one counts
        return starts
    while starts - earlier > timedelta(microseconds=1):
        middle = earlier + (starts - earlier) // 2
        if wall_clock(middle, zone).date() < day:
            earlier = middle
        else:
            starts = middle
    return starts


def day_interval(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants of a day in an IANA zone, in UTC: from the first one on, up to and without the second one.

    It has 23, 24 or 25 hours or others; the two are the same for a day that the zone skipped.
    """
    return day_starts(day, zone), _LAST if day == date.max else day_starts(day + _DAY, zone)


def at_local(local: datetime, zone: str) -> datetime:
    """The instant in UTC of a date and clock time without offset in an IANA zone.

    A time that occurs twice is the first of both; one that the clocks skip is as much later as they are put forward.
    """
    return _in_utc(local.replace(tzinfo=place(zone), fold=0))


def days_later(instant: datetime, days: int, zone: str) -> datetime:
    """The instant in UTC at which the clocks of an IANA zone show the same time so many days later."""
    local = wall_clock(instant, zone)
    try:
        moved = local + timedelta(days=days)
    except OverflowError:
        return _LAST if days > 0 else _FIRST
    return _in_utc(moved.replace(tzinfo=place(zone), fold=local.fold))


def wall_clock(instant: datetime, zone: str) -> datetime:
    """The local date and time at an instant in an IANA zone, without an offset."""
    try:
        return instant.astimezone(place(zone)).replace(tzinfo=None)
    except OverflowError:  # at both ends of what a date can be
        return instant.astimezone(UTC).replace(tzinfo=None)


def format_local(instant: datetime, zone: str) -> str:
    """The local date and time at an instant in a zone, to the minute, or to the second where there are any."""
    local = wall_clock(instant, zone)
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def parse_local(text: str, *, pointer: str = "/local") -> datetime:
    """The date and clock time that a text like 2026-10-30T10:00 names; raises `BadInput` for anything else."""
    detail = "A local time is written as YYYY-MM-DDTHH:MM, without an offset, like 2026-10-30T10:00."
    return parsed(text, _LOCAL, datetime.fromisoformat, pointer, detail)


def _in_utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return _FIRST if local.year == date.min.year else _LAST
