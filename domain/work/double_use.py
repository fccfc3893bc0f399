"""Uses of one part on one order that two devices may both have reported: which are suspect, and their surroundings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

WINDOW: Final = timedelta(hours=4)
"""Two devices that use the same part on the same order within this may report the same use."""


class Use(NamedTuple):
    """A use: the device that reported it, and the time of occurrence."""

    device: UUID
    at: datetime


class Span(NamedTuple):
    """From one instant to another, both included."""

    low: datetime
    high: datetime


def may_be_same(earlier: Use, later: Use) -> bool:
    """Whether two neighbouring uses may be one: by different devices, within the window."""
    return earlier.device != later.device and later.at - earlier.at <= WINDOW


def suspect_spans(pairs: Iterable[tuple[datetime, datetime]]) -> list[Span]:
    """The spans of time in which uses may be double: for pairs of suspect neighbours, in order, without overlaps.

    Each pair has the times of the earlier and the later use. A use is within the window of a suspect pair when it is in
    one of the spans.
    """
    spans: list[Span] = []
    for earlier, later in pairs:
        low, high = later - WINDOW, earlier + WINDOW
        if spans and low <= spans[-1].high:
            spans[-1] = Span(spans[-1].low, max(high, spans[-1].high))
        else:
            spans.append(Span(low, high))
    return spans
