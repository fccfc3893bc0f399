"""The steps that a story is made of, when they happen, and the ids of what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.kernel.local_time import at_local, local_day, parse_local

ZONE = "Europe/Berlin"
DAYS = 6
_STORY = UUID("5b0c6f0e-5d0b-5c7e-8a55-0d3f6f6f2f11")
_SUNDAY = 7


class Ask(NamedTuple):
    """Somebody of the office sends a command; the step's `key` makes it take effect once, however often it is sent."""

    at: datetime
    login: str
    path: str
    body: Mapping[str, Any]
    key: str


class Did(NamedTuple):
    """A technician does something and their device records it, with or without a network."""

    at: datetime
    technician: str
    operation: str
    data: Mapping[str, Any]


class Sync(NamedTuple):
    """A technician's device has a network and syncs."""

    at: datetime
    technician: str


Step = Ask | Did | Sync


def id_of(name: str) -> str:
    """The id of the thing with this name in the story, the same every time."""
    return str(uuid5(_STORY, name))


class Calendar:
    """The last six working days before the story begins to be sent: 0 is the oldest, 5 the last, 6 the next one."""

    def __init__(self, begun_at: datetime) -> None:
        self.today = local_day(begun_at, ZONE)
        self._days = [_working_day(self.today, back) for back in range(DAYS, 0, -1)]

    def at(self, day: int, clock: str, minutes: int = 0) -> datetime:
        """The instant of a day at a clock time in Berlin, so many minutes later."""
        return at_local(parse_local(f"{self.day(day)}T{clock}"), ZONE) + timedelta(minutes=minutes)

    def day(self, day: int) -> date:
        """The date of a day of the story."""
        return self._days[day] if day < DAYS else _working_day(self.today, DAYS - 1 - day)


def _working_day(today: date, back: int) -> date:
    """The working day so many working days before today; below zero, after it."""
    step, left, day = (-1 if back > 0 else 1), abs(back), today
    while left:
        day += timedelta(days=step)
        left -= day.isoweekday() != _SUNDAY
    return day
