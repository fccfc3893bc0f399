"""A device may ask so many times at once and so many times a minute, and otherwise gets `retry_after`."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.limits import MOST_BUCKETS, Buckets, RateLimited

ANNA, BEN = UUID(int=1), UUID(int=2)


class Clock:
    """A clock that is set by the test."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, times: int, device: UUID = ANNA) -> int:
    """How many of so many requests are let through."""
    through = 0
    for _ in range(times):
        try:
            buckets.take(device)
        except RateLimited:
            continue
        through += 1
    return through


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    clock = Clock()
    buckets = Buckets(rate=60, burst=5, clock=clock)
    assert taken(buckets, 9) == 5
    clock.now += 1
    assert taken(buckets, 9) == 1
    clock.now += 3600
    assert taken(buckets, 9) == 5


def test_one_device_takes_nothing_from_another() -> None:
    buckets = Buckets(rate=60, burst=5, clock=Clock())
    assert (taken(buckets, 9), taken(buckets, 9, BEN)) == (5, 5)


def test_whoever_waits_as_long_as_told_is_let_through() -> None:
    clock = Clock()
    buckets = Buckets(rate=7, burst=3, clock=clock)
    taken(buckets, 3)
    with pytest.raises(RateLimited) as refused:
        buckets.take(ANNA)
    assert refused.value.members == {"retry_after": 9}  # 60 / 7 seconds, rounded up
    clock.now += 9
    buckets.take(ANNA)


def test_without_a_rate_there_is_no_limit() -> None:
    assert taken(Buckets(rate=0, burst=1, clock=Clock()), 1000) == 1000


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60), st.integers(1, 600), st.integers(1, 20))
def test_no_more_than_burst_and_rate_ever_come_through(pauses: list[float], rate: int, burst: int) -> None:
    clock = Clock()
    buckets = Buckets(rate=rate, burst=burst, clock=clock)
    begun, through = clock.now, 0
    for pause in pauses:
        clock.now += pause
        through += taken(buckets, 3)
    assert through >= min(burst, len(pauses) * 3)
    assert through <= burst + (clock.now - begun) * rate / 60 + 1e-6


def test_devices_that_have_not_asked_for_long_are_forgotten_and_those_at_their_limit_are_not() -> None:
    clock = Clock()
    buckets = Buckets(rate=60, burst=5, clock=clock)
    for _ in range(MOST_BUCKETS):
        buckets.take(uuid4())
    clock.now += 2
    assert taken(buckets, 9) == 5
    assert len(buckets._full_at) == 1
    for _ in range(3 * MOST_BUCKETS):
        buckets.take(uuid4())
    assert len(buckets._full_at) <= MOST_BUCKETS
    assert taken(buckets, 9) == 0
