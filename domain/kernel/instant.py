"""Instants: aware, in UTC, at microsecond resolution."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from domain.kernel.bad_input import bad_member

T = TypeVar("T")

DAY_PATTERN: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""A regular expression for what `parse_day` reads: RFC 3339's full-date, without anchors."""
INSTANT_PATTERN: Final = (
    DAY_PATTERN + r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
"""One for what `parse_instant` reads: RFC 3339's date-time with capital T and Z, and no leap second."""
_DAY: Final = re.compile(DAY_PATTERN)
_INSTANT: Final = re.compile(INSTANT_PATTERN)
_OF_A_MACHINE: Final = re.compile("localtime$|posixrules$|posix/|right/")
"""Files beside the IANA zones: this machine's own zone, rules for others, the zones once more with leap seconds."""


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)


def parse_instant(text: str, *, pointer: str = "/at") -> datetime:
    """The instant that an RFC 3339 text with an offset names, in UTC; raises `BadInput` for anything else.

    What a fraction has beyond microseconds is cut off.
    """
    detail = "An instant is written as RFC 3339 with an offset, like 2026-11-21T15:40:02+01:00."
    return parsed(text, _INSTANT, recorded_instant, pointer, detail)


def recorded_instant(text: str) -> datetime:
    """The instant in UTC that a record holds, whatever form of ISO 8601 it has been taken in with."""
    return datetime.fromisoformat(text).astimezone(UTC)


def parse_day(text: str, *, pointer: str = "/date") -> date:
    """The day that a text like 2026-11-21 names; raises `BadInput` for anything else."""
    return parsed(text, _DAY, date.fromisoformat, pointer, "A date is written as YYYY-MM-DD.")


def parsed(text: str, pattern: re.Pattern[str], parse: Callable[[str], T], pointer: str, detail: str) -> T:
    """What `parse` makes of a text of this pattern; raises `BadInput` with `detail` for any other text."""
    try:
        if pattern.fullmatch(text):
            return parse(text)
    except (ValueError, TypeError, OverflowError):
        pass
    raise bad_member(pointer, detail)


def format_instant(value: datetime) -> str:
    """RFC 3339 in UTC with six fixed digits of a second: `2026-11-21T14:40:02.100000Z`."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_zone(name: str, *, pointer: str = "/zone") -> str:
    """The IANA zone's name, if there is such a zone; raises `BadInput` otherwise."""
    try:
        if _OF_A_MACHINE.match(name):
            raise ValueError(name)
        ZoneInfo(name)
    except (KeyError, ValueError, OSError, TypeError):
        detail = "A zone is an IANA name, like Europe/Berlin."
        raise bad_member(pointer, detail) from None
    return name
