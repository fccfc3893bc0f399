"""Whatever the order in which devices arrive, stock ends the same, obeys the count rule and adds up."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from projections.stock.stock import Stock
from tests.support.stock import OTHER_VAN, VAN, on_hand
from tests.support.stock_days import STEPS, TURNS, Day, by_the_count_rule

Steps = list[list[Any]]


@settings(max_examples=60, deadline=None)
@given(STEPS, STEPS, TURNS, TURNS)
def test_any_order_of_arrival_gives_the_same_stock(
    morning: Steps, evening: Steps, turns: list[int], other_turns: list[int]
) -> None:
    one_phone_after_the_other, interleaved = Day(Stock()), Day(Stock())

    one_phone_after_the_other.replay(morning, [])
    one_phone_after_the_other.replay(evening, [])
    interleaved.replay(morning, turns)
    interleaved.replay(evening, other_turns)

    assert interleaved.views.timeless() == one_phone_after_the_other.views.timeless()


@settings(max_examples=60, deadline=None)
@given(STEPS, STEPS, TURNS)
def test_on_hand_is_the_latest_count_and_what_moved_after_it(morning: Steps, evening: Steps, turns: list[int]) -> None:
    day, minutes = Day(Stock()), iter(range(1, 1000))
    walked = [
        [[(*step[:2], next(minutes), step[3]) for step in steps] for steps in part] for part in (morning, evening)
    ]
    late = walked[0].pop()  # the last phone of the morning is heard of in the evening

    day.replay(walked[0], turns)
    day.replay([[], [], late], turns)
    day.replay(walked[1], turns)

    for van in (VAN, OTHER_VAN):
        if any(row["location"] == van for row in day.views.timeless()["stock"]):
            assert on_hand(day.views, van) == by_the_count_rule(day.views, van)
