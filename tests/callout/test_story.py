"""The rules of the demo's story: in order, in the past, each step once, and nobody gives away what is not there."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from callout.demo.catalogue import ITEMS
from callout.demo.people import FITTERS
from callout.demo.repairs import REPAIRS
from callout.demo.script import story
from callout.demo.steps import Ask, Calendar, Did, id_of

A_WEEK = [datetime(2026, 11, 16, 0, 30, tzinfo=UTC) + timedelta(days=day) for day in range(7)]


@pytest.mark.parametrize("begun_at", A_WEEK)
def test_all_of_it_has_happened_within_the_last_days_and_is_told_in_order(begun_at: datetime) -> None:
    steps = story(begun_at)

    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert steps[-1].at < begun_at
    assert begun_at - steps[0].at < timedelta(days=9)
    assert story(begun_at) == steps


@pytest.mark.parametrize("begun_at", A_WEEK)
def test_nobody_works_on_a_sunday(begun_at: datetime) -> None:
    calendar = Calendar(begun_at)
    days = [calendar.day(day) for day in range(7)]

    assert days == sorted(set(days))
    assert 7 not in {day.isoweekday() for day in days}
    assert days[5] < calendar.today < days[6]


def test_every_command_is_sent_under_a_key_of_its_own() -> None:
    keys = Counter(step.key for step in story(A_WEEK[0]) if isinstance(step, Ask))

    assert [key for key, times in keys.items() if times > 1] == []
    assert max(map(len, keys)) < 180


def test_everything_told_about_has_been_told_of_before() -> None:
    known = {id_of(f"user:{fitter.slug}") for fitter in FITTERS} | {id_of("place:main")}
    for step in story(A_WEEK[0]):
        if isinstance(step, Ask):
            _, _, thing = step.path.partition("/")
            assert not thing or thing.split("/")[0] in known, step
            known |= {step.body[name] for name in ("id", "site") if name in step.body}
        elif isinstance(step, Did):
            named = {step.data[name] for name in ("visit", "work_order", "part", "location") if name in step.data}
            assert named <= known, step


def test_what_is_handed_out_has_been_bought() -> None:
    bought = {id_of(f"part:{item.number}"): item.bought for item in ITEMS}
    for step in story(A_WEEK[0]):
        if isinstance(step, Ask) and step.body.get("kind") == "transfer_out":
            bought[step.body["part"]] -= int(step.body["quantity"])

    assert len(ITEMS) == 60
    assert {part for part, left in bought.items() if left < 0} == set()


def test_only_the_last_pump_and_the_fan_written_down_twice_are_used_too_often() -> None:
    vans: Counter[tuple[str, str]] = Counter()
    for step in story(A_WEEK[0]):
        if isinstance(step, Did) and step.operation in ("part_received", "part_used"):
            sign = 1 if step.operation == "part_received" else -1
            vans[step.data["location"], step.data["part"]] += sign * int(step.data["quantity"])

    short = [place for place, left in vans.items() if left < 0]
    assert short == [(id_of("van:mia"), id_of("part:WM-DP-220"))]


def test_every_repair_goes_by_a_word_of_its_own() -> None:
    assert len({repair.slug for repair in REPAIRS}) == len(REPAIRS)
