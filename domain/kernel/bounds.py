"""Bounds of times: the permitted range of each kind of time, and the kind of every time in an event."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.kernel.problem import BadInput

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""The earliest instant that is accepted."""
LATEST_YEARS: Final = 100
"""The number of years from now within which an end date must lie."""
_AHEAD: Final = timedelta(minutes=5)
"""The most that the clock of a sender may be ahead of ours."""
_PLANNED_YEARS: Final = 10
_LONGEST_WINDOW: Final = timedelta(days=366)


class Kind(StrEnum):
    """The meaning of a time: something happened, is planned, holds from a day or until one."""

    HAPPENED = "happened"
    PLANNED = "planned"
    FROM_DAY = "from_day"
    UNTIL_DAY = "until_day"


CHECKED: Final = {
    ("case.opened", "first_contact_at"): Kind.HAPPENED,
    ("contact.received", "started_at"): Kind.HAPPENED,
    ("contact.received", "ended_at"): Kind.HAPPENED,
    ("equipment.warranty_set", "from_"): Kind.FROM_DAY,
    ("equipment.warranty_set", "until"): Kind.UNTIL_DAY,
    ("equipment.warranty_withdrawn", "from_"): Kind.FROM_DAY,
    ("part.cost_set", "from_"): Kind.FROM_DAY,
    ("visit.planned", "window_start"): Kind.PLANNED,
    ("visit.planned", "window_end"): Kind.PLANNED,
    ("visit.rescheduled", "window_start"): Kind.PLANNED,
    ("visit.rescheduled", "window_end"): Kind.PLANNED,
}
"""The times that events have of their own, by topic and field. A request is refused by them; a fact from a device has
no such time but its `at`, which is estimated where it cannot be (`sync/clock.py`)."""


def must_be(kind: Kind, at: datetime | date, *, moment: datetime, pointer: str = "") -> None:
    """Raise `BadInput`, with what to do, for a time that nobody can mean; `moment` is now."""
    day = at.date() if isinstance(at, datetime) else at
    if day < EARLIEST.date():
        _refuse("This is before the year 1900; write the year with four digits.", pointer)
    if kind == Kind.HAPPENED and isinstance(at, datetime) and at > moment + _AHEAD:
        _refuse("This lies in the future; say when it happened, or leave it out for now.", pointer)
    years = {Kind.PLANNED: _PLANNED_YEARS, Kind.FROM_DAY: _PLANNED_YEARS, Kind.UNTIL_DAY: LATEST_YEARS}.get(kind)
    if years is not None and day.year > moment.year + years:
        _refuse(f"This lies more than {years} years ahead; look at the year.", pointer)


def must_be_window(start: datetime, end: datetime) -> None:
    """Raise `BadInput` for a window that is longer than a year."""
    if end - start > _LONGEST_WINDOW:
        _refuse("A window is at most a year long; say when somebody is to come.", "/window_end")


def _refuse(detail: str, pointer: str) -> None:
    raise BadInput.of_member(pointer, detail) if pointer else BadInput(detail)
