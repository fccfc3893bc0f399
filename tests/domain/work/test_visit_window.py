"""The window of a visit: a refusal names the members that were sent. Issue 9, 9."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.kernel.local_time import parse_local
from domain.kernel.problem import BadInput
from domain.work.visit_window import window_at

NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
EARLY, LATE = datetime(2027, 3, 28, 9, 0, tzinfo=UTC), datetime(2027, 3, 28, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("start", "end"), [("02:30", "03:30"), ("02:00", "03:00"), ("02:59", "03:00")])
def test_a_window_that_the_clocks_skip_says_so(start: str, end: str) -> None:
    """It was said to end before its start, at members that nobody had sent."""
    fields = {"local_start": f"2027-03-28T{start}", "local_end": f"2027-03-28T{end}"}
    assert parse_local(fields["local_end"]) > parse_local(fields["local_start"])

    with pytest.raises(BadInput, match="put forward") as refused:
        window_at("Europe/Berlin", fields, moment=NOW, pointer="/data")

    assert refused.value.errors[0]["pointer"] == "/data/local_end"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"local_start": "2027-03-28T10:00", "local_end": "2027-03-28T10:00"}, "/local_end"),
        ({"window_start": LATE, "local_end": "2027-03-28T09:00"}, "/local_end"),
        ({"window_start": LATE, "window_end": EARLY}, "/window_end"),
        ({"local_start": "2027-03-28T12:01", "window_end": LATE}, "/window_end"),
    ],
)
def test_an_end_in_front_of_the_start_is_named_as_it_was_sent(
    fields: dict[str, datetime | str | None], pointer: str
) -> None:
    with pytest.raises(BadInput, match="ends after it starts") as refused:
        window_at("Europe/Berlin", fields, moment=NOW)
    assert refused.value.errors[0]["pointer"] == pointer


def test_a_window_around_the_skipped_hour_is_as_long_as_the_clocks_make_it() -> None:
    fields = {"local_start": "2027-03-28T01:30", "local_end": "2027-03-28T03:30"}
    window = window_at("Europe/Berlin", fields, moment=NOW)
    assert (window["window_end"] - window["window_start"]).total_seconds() == 3600
