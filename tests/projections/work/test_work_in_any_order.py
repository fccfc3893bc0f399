"""Whatever the order in which devices arrive, work, stock and discrepancies end the same."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from projections.access.device_activity import DeviceActivity
from projections.access.operations import Operations
from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.locations import must_not_be_negative
from projections.stock.movements import Movements
from projections.stock.stock import STOCK
from tests.support.stock_days import STEPS as STOCK_STEPS
from tests.support.stock_days import Day
from tests.support.work_days import DECISIONS, STEPS, TURNS, WorkDay


def replayed(blocks: list[Any], *, in_turns: bool) -> WorkDay:
    day = WorkDay(DeviceActivity(), Movements(), Operations(), Discrepancies())
    for steps, decisions, turns in blocks:
        day.replay(steps, turns if in_turns else [])
        day.decide(decisions)
    return day


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(STEPS, DECISIONS, TURNS), min_size=1, max_size=2))
def test_any_order_of_arrival_gives_the_same_views(blocks: list[Any]) -> None:
    one_phone_after_the_other = replayed(blocks, in_turns=False)
    interleaved = replayed(blocks, in_turns=True)

    assert interleaved.views.timeless() == one_phone_after_the_other.views.timeless()


@settings(max_examples=60, deadline=None)
@given(STOCK_STEPS, STOCK_STEPS, TURNS)
def test_a_book_is_below_zero_exactly_where_a_negative_book_is_open(
    morning: list[Any], evening: list[Any], turns: list[int]
) -> None:
    day = Day(Discrepancies())
    for steps in (morning, evening):
        day.replay(steps, turns)

    rows = day.views.rows
    found = {
        (row["location"], row["part"])
        for row in day.views.all(DISCREPANCIES)
        if row["kind"] == "negative_book" and row["open"]
    }
    assert found == {
        (row["location"], row["part"])
        for row in day.views.all(STOCK)
        if row["on_hand"] < 0 and must_not_be_negative(rows, row["location"])
    }
