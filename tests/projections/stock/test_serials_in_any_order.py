"""Whatever the order in which devices arrive, a unit ends in one place, and every second claim is an open question."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from tests.support.serials import S1, S2, STEPS, SerialDay, taken_from_elsewhere
from tests.support.work_days import TURNS

Steps = list[list[Any]]


@settings(max_examples=100, deadline=None)
@given(STEPS, STEPS, TURNS, TURNS)
def test_any_order_of_arrival_gives_the_same_units_and_the_same_misfits(
    morning: Steps, evening: Steps, turns: list[int], other_turns: list[int]
) -> None:
    one_phone_after_the_other, interleaved = SerialDay(Discrepancies()), SerialDay(Discrepancies())

    for steps, order in ((morning, turns), (evening, other_turns)):
        one_phone_after_the_other.replay(steps, [])
        interleaved.replay(steps, order)

    assert interleaved.views.timeless() == one_phone_after_the_other.views.timeless()


@settings(max_examples=100, deadline=None)
@given(STEPS, TURNS)
def test_a_unit_taken_from_where_it_is_not_is_an_open_discrepancy_and_nothing_else_is(
    steps: Steps, turns: list[int]
) -> None:
    day, minutes = SerialDay(Discrepancies()), iter(range(1, 1000))
    day.replay([[(*step[:2], next(minutes), step[3]) for step in mine] for mine in steps], turns)

    found = {(row["kind"], row["refs"]["serial"]) for row in day.views.all(DISCREPANCIES) if "serial" in row["refs"]}
    for serial in (S1, S2):
        open_now = tuple((kind, serial) in found for kind in ("serial_unknown", "serial_elsewhere"))
        assert open_now == taken_from_elsewhere(day.views, serial)
