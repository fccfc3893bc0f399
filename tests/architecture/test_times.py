"""Issue 9, 10: every time beside `occurred_at` has a bound, or a reason why it needs none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, get_args, get_type_hints

import msgspec
import pytest

from api.http.fields import Day, Instant
from api.http.schemas import Command, Strict
from domain.kernel.bounds import CHECKED, Kind
from domain.kernel.envelope import Envelope
from domain.topics import EVENT_CLASSES
from sync.operations.catalogue import OPERATIONS

FREE: Final = {
    (
        "Envelope",
        "occurred_at",
    ): "the office's is checked by `commands/running/request.py`, a device's by `sync/clock.py`",
    ("Envelope", "claimed_at"): "what a wrong clock said is kept as it was said",
}
"""Times that are not in the table of checks, each with the reason."""
QUESTIONS: Final = ("Filters", "Past", "Page", "Asked")
"""Schemas of questions: whatever they ask for changes nothing."""
WRITTEN: Final = {
    ("request_visit", "window_start"): "window_at",
    ("request_visit", "window_end"): "window_at",
    ("request_visit", "local_start"): "window_at",
    ("request_visit", "local_end"): "window_at",
}
"""Times that operations say as texts, each with what checks it."""


def times_in(hint: Any) -> bool:
    """Whether a type holds a time, at any depth."""
    if isinstance(hint, type):
        if issubclass(hint, date):
            return True
        if issubclass(hint, msgspec.Struct):
            return any(times_in(inner) for inner in get_type_hints(hint).values())
    return any(times_in(inner) for inner in get_args(hint))


def test_every_time_of_an_event_is_in_the_table_of_checks_or_free_for_a_reason() -> None:
    found = {
        (topic, name)
        for topic, kind in EVENT_CLASSES.items()
        for name, hint in get_type_hints(kind).items()
        if times_in(hint) and name != "timestamp"
    }
    found |= {("Envelope", name) for name, hint in get_type_hints(Envelope).items() if times_in(hint)}

    assert found == CHECKED.keys() | FREE.keys()


def commands(kind: type[Any] = Strict) -> list[type[Any]]:
    """All schemas of bodies."""
    return [each for below in kind.__subclasses__() for each in (below, *commands(below))]


def test_every_time_of_a_command_is_of_a_kind_that_has_bounds() -> None:
    from api import app  # noqa: F401, PLC0415 - it imports every noun

    unchecked = [
        (kind.__module__, kind.__name__, name)
        for kind in commands(Command)
        for name, field in kind().fields.items()
        if isinstance(field, Instant | Day) and not isinstance(field.kind, Kind)
    ]

    assert unchecked == []


def test_every_time_that_an_operation_says_as_a_text_is_known() -> None:
    found = {
        (handler.name, name)
        for handler in OPERATIONS.values()
        for name in get_type_hints(handler.shape)
        if name.endswith(("_at", "_start", "_end", "_on", "from", "until", "day", "date"))
    }

    assert found == WRITTEN.keys()


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_one_of_the_table(kind: Kind) -> None:
    assert kind in CHECKED.values()
    assert issubclass(datetime, date)
