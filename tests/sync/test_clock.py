"""Issue 8, 7b: a slow connection is not taken for a wrong clock, whichever part of a request is slow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st

from api.sync import blueprint
from sync.clock import CLOCK_NOISE, ahead_of, clock_of
from sync.envelope import parse_push
from tests.support.field_setup import NOON, Field, Phone
from tests.support.logs import read

SECOND = timedelta(seconds=1)
LONG = st.timedeltas(timedelta(0), timedelta(minutes=10))


@given(latency=st.timedeltas(timedelta(0), CLOCK_NOISE), took=LONG)
def test_a_right_clocks_instants_come_back_to_the_digit_however_long_the_body_takes(
    latency: timedelta, took: timedelta
) -> None:
    assert clock_of(NOON, NOON + latency + took, took)(NOON) == NOON


@given(offset=st.timedeltas(timedelta(minutes=-60), timedelta(minutes=60)), took=LONG)
def test_a_clock_is_corrected_by_what_it_is_off_or_not_at_all(offset: timedelta, took: timedelta) -> None:
    corrected = clock_of(NOON - offset, NOON + took, took)(NOON)

    assert corrected == NOON or abs(corrected - NOON - offset) <= SECOND / 2
    assert (corrected == NOON) == (abs(offset) <= CLOCK_NOISE + took) or abs(offset) < SECOND
    assert ahead_of(NOON - offset, NOON + took, took) == round(-offset.total_seconds() * 1000)


@given(offset=st.timedeltas(timedelta(minutes=20), timedelta(days=400)), took=LONG, again=LONG)
def test_the_same_operation_over_a_slower_line_gets_the_same_time(
    offset: timedelta, took: timedelta, again: timedelta
) -> None:
    assert clock_of(NOON - offset, NOON + took, took)(NOON) == clock_of(NOON - offset, NOON + again, again)(NOON)


def test_a_body_that_takes_eight_seconds_moves_nothing(field: Field, phone: Phone) -> None:
    operation = phone.operation("note_added", {"work_order": str(field.order()), "text": "x"}, at=NOON - 60 * SECOND)
    body = orjson.dumps({"incarnation": 1, "now": NOON.isoformat(), "operations": [operation]})
    took = timedelta(seconds=8.2)

    [result] = phone.intake.take(phone.who(), parse_push(body, None, took), NOON + 9 * SECOND).results

    assert result.status == "applied"
    assert read(field.log)[result.positions[0] - 1].occurred_at == NOON - 60 * SECOND


def test_the_door_counts_from_the_requests_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    app: Any = Flask("test")
    with app.test_request_context("/", method="POST", data=b"body"):
        g.begun = 100.0
        monkeypatch.setattr(blueprint, "perf_counter", lambda: 108.0)
        received = blueprint.received_body()

    assert (received.body, received.took) == (b"body", timedelta(seconds=8))
