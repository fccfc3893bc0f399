"""Local time: days and clock times at places, over clock changes of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.instant import parse_instant
from domain.kernel.local_time import (
    at_local,
    day_interval,
    day_starts,
    days_later,
    format_local,
    local_day,
    parse_local,
    wall_clock,
)
from domain.kernel.problem import BadInput

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
CHANGING = (
    "Europe/Berlin",
    "Atlantic/Canary",
    "Atlantic/Azores",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Asuncion",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Gaza",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Antarctica/Troll",
)
SPAN = (datetime(1975, 1, 1), datetime(2037, 12, 30))  # noqa: DTZ001 - hypothesis wants naive limits


@st.composite
def instants_near_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone, and an instant within two days of a change of its clocks, or anywhere."""
    zone = draw(st.sampled_from(CHANGING) | st.sampled_from(ZONES))
    instant = draw(st.datetimes(*SPAN, timezones=st.just(UTC)))
    if draw(st.booleans()):
        instant = _change_after(instant, zone) + timedelta(seconds=draw(st.integers(-172_800, 172_800)))
    return zone, instant


def _change_after(instant: datetime, zone: str) -> datetime:
    """The first change of the offset in the year behind an instant, to the second; the instant where there is none."""
    place, begun = ZoneInfo(zone), instant.astimezone(ZoneInfo(zone)).utcoffset()
    later = next(
        (
            instant + timedelta(days=step)
            for step in range(366)
            if (instant + timedelta(days=step)).astimezone(place).utcoffset() != begun
        ),
        None,
    )
    if later is None:
        return instant
    low, high = later - timedelta(days=1), later
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(place).utcoffset() == begun else (low, middle)
    return high.replace(microsecond=0)


@given(instants_near_changes())
@settings(max_examples=400, deadline=None)
def test_every_instant_lies_in_the_interval_of_its_day_and_of_no_other(drawn: tuple[str, datetime]) -> None:
    zone, instant = drawn
    day = local_day(instant, zone)
    starts, ends = day_interval(day, zone)
    assert starts <= instant < ends
    assert day_interval(day - timedelta(days=1), zone)[1] == starts
    assert day_interval(day + timedelta(days=1), zone)[0] == ends


@given(instants_near_changes(), st.integers(0, 200_000))
@settings(max_examples=400, deadline=None)
def test_days_never_go_back_and_begin_when_the_calendar_first_shows_them(
    drawn: tuple[str, datetime], seconds: int
) -> None:
    zone, instant = drawn
    assert local_day(instant, zone) <= local_day(instant + timedelta(seconds=seconds), zone)
    starts = day_starts(local_day(instant, zone), zone)
    assert wall_clock(starts, zone).date() == local_day(instant, zone)
    assert wall_clock(starts - timedelta(microseconds=1), zone).date() < local_day(instant, zone)


@given(instants_near_changes(), st.integers(-40, 40))
@settings(max_examples=400, deadline=None)
def test_so_many_days_later_the_clock_shows_the_same_unless_the_clocks_skip_it(
    drawn: tuple[str, datetime], days: int
) -> None:
    zone, instant = drawn
    wanted = wall_clock(instant, zone).replace(fold=0) + timedelta(days=days)
    shown = wall_clock(days_later(instant, days, zone), zone)
    if shown.replace(fold=0) != wanted:
        aware = wanted.replace(tzinfo=ZoneInfo(zone))
        assert aware.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) != wanted
        assert shown > wanted
    assert at_local(shown.replace(fold=0), zone) <= days_later(instant, days, zone)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-11-01T00:30:00+01:00", "Europe/Berlin", "2026-11-01"),
        ("2026-11-01T00:30:00+01:00", "Atlantic/Canary", "2026-10-31"),
        ("2026-11-01T04:30:00Z", "America/Chicago", "2026-10-31"),
        ("2026-10-31T10:30:00Z", "Pacific/Kiritimati", "2026-11-01"),
        ("2026-10-24T22:30:00Z", "Europe/Berlin", "2026-10-25"),
        ("2026-10-25T22:30:00Z", "Europe/Berlin", "2026-10-25"),
    ],
)
def test_an_instant_is_the_day_of_the_place(instant: str, zone: str, day: str) -> None:
    """Issue 9, 9: half past midnight on 1 November is in November where it is."""
    assert local_day(parse_instant(instant), zone) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "zone", "starts", "hours"),
    [
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", 25),
        ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", 23),
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00:00Z", 23),  # no midnight
        ("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z", 25),  # midnight twice
        ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", 0),  # no such day
        ("2026-10-04", "Australia/Lord_Howe", "2026-10-03T13:30:00Z", 23.5),
        ("2006-10-29", "America/St_Johns", "2006-10-29T02:30:00Z", 25),  # 00:01 becomes 23:01 of the day before
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: str, zone: str, starts: str, hours: float) -> None:
    first, end = day_interval(date.fromisoformat(day), zone)
    assert first == parse_instant(starts)
    assert end - first == timedelta(hours=hours)


def test_a_time_that_comes_twice_is_the_first_and_one_that_is_skipped_is_later() -> None:
    assert at_local(datetime(2026, 10, 25, 2, 30), "Europe/Berlin") == parse_instant("2026-10-25T00:30:00Z")  # noqa: DTZ001
    assert at_local(datetime(2026, 3, 29, 2, 30), "Europe/Berlin") == parse_instant("2026-03-29T01:30:00Z")  # noqa: DTZ001


def test_friday_ten_oclock_two_days_later_is_sunday_ten_oclock() -> None:
    """Issue 9, 9: over the end of summer time, which 48 hours would make nine o'clock."""
    friday = parse_instant("2026-10-23T10:00:00+02:00")
    assert format_local(days_later(friday, 2, "Europe/Berlin"), "Europe/Berlin") == "2026-10-25T10:00"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin"])
@pytest.mark.parametrize("instant", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_time_are_days_too(zone: str, instant: datetime) -> None:
    day = local_day(instant, zone)
    assert abs(day - instant.date()) <= timedelta(days=1)
    assert day_interval(day, zone)[0] <= instant
    assert days_later(instant, 2, zone) >= instant or instant.year == 1


@pytest.mark.parametrize("text", ["2026-10-30", "2026-10-30T10:00Z", "2026-02-30T10:00", "2026-10-30T24:00", "", "x"])
def test_a_local_time_has_a_date_a_clock_time_and_no_offset(text: str) -> None:
    with pytest.raises(BadInput):
        parse_local(text)
