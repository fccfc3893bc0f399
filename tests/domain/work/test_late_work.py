"""Issue 10, 8: "work after …" and "possible double use" are pure functions that all who judge share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.work.double_use import WINDOW, Use, may_be_same, suspect_spans
from domain.work.late_work import late_work

ANNA, BORIS = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("assigned", "cancelled", "found"),
    [
        (ANNA, False, ()),
        (None, False, ()),
        (BORIS, False, ("work_after_reassignment",)),
        (ANNA, True, ("work_after_cancel",)),
        (None, True, ("work_after_cancel",)),
        (BORIS, True, ("work_after_reassignment", "work_after_cancel")),
    ],
)
def test_work_is_late_when_the_order_is_somebody_elses_or_called_off(
    assigned: UUID | None, found: tuple[str, ...], *, cancelled: bool
) -> None:
    assert late_work(ANNA, assigned=assigned, cancelled=cancelled) == found


@pytest.mark.parametrize(
    ("device", "later", "suspect"),
    [
        (BORIS, timedelta(0), True),
        (BORIS, WINDOW, True),
        (BORIS, WINDOW + timedelta(microseconds=1), False),
        (ANNA, MINUTE, False),
    ],
)
def test_two_devices_may_report_one_use_within_the_window(device: UUID, later: timedelta, *, suspect: bool) -> None:
    assert may_be_same(Use(ANNA, NOON), Use(device, NOON + later)) is suspect


def test_spans_around_suspect_pairs_are_joined_where_they_overlap() -> None:
    one, next_to_it, far = (NOON, NOON + MINUTE), (NOON + MINUTE, NOON + 3 * MINUTE), NOON + 3 * WINDOW
    assert suspect_spans([]) == []
    assert suspect_spans([one, next_to_it, (far, far)]) == [
        (NOON + MINUTE - WINDOW, NOON + MINUTE + WINDOW),
        (far - WINDOW, far + WINDOW),
    ]
