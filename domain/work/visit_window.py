"""The window of a visit: two instants, or a date and local times at the place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NotRequired, TypedDict

from domain.kernel.bad_input import bad_member
from domain.kernel.bounds import Kind, must_be
from domain.kernel.local_time import at_local, days_later, parse_local

LENGTH = timedelta(hours=2)
"""The length of a window that has no end given."""


WINDOW = ("window_start", "window_end", "local_start", "local_end")
"""The members of a request that give the window."""


class Window(TypedDict):
    """A window as a visit is planned with; `local_start` and `local_end` as requested, if they were."""

    window_start: datetime
    window_end: datetime
    local_start: NotRequired[str]
    local_end: NotRequired[str]


def window_at(zone: str, fields: Mapping[str, datetime | str | None], *, moment: datetime, pointer: str = "") -> Window:
    """The requested window at a place in an IANA zone: by instants, or by local times, which are stored as given.

    `fields` has `window_start` and `window_end`, or `local_start` and `local_end`; a missing end is `LENGTH` after the
    start. Raises `BadInput` for impossible local times, for both ways at once, and for times that are implausible at
    this `moment`.
    """
    begin, end = _edge("start", zone, fields, pointer), _edge("end", zone, fields, pointer)
    if begin is None:
        raise bad_member(
            f"{pointer}/window_start",
            "Say when: window_start with its offset, or local_start in the zone of the place.",
        )
    if end is None:
        end = begin + min(LENGTH, datetime.max.replace(tzinfo=UTC) - begin)
    for edge, at in (("start", begin), ("end", end)):
        way = "window" if fields.get(f"window_{edge}") is not None else "local"
        must_be(Kind.PLANNED, at, moment=moment, pointer=f"{pointer}/{way}_{edge}")
    _must_last(begin, end, fields, pointer)
    window = Window(window_start=begin, window_end=end)
    if isinstance(start := fields.get("local_start"), str):
        window["local_start"] = start
    if isinstance(until := fields.get("local_end"), str):
        window["local_end"] = until
    return window


def in_two_days(instant: datetime, zone: str) -> Window:
    """The default window of a visit: the same local time two days later, at the place."""
    start = days_later(instant, 2, zone)
    return Window(window_start=start, window_end=start + LENGTH)


def _must_last(begin: datetime, end: datetime, fields: Mapping[str, datetime | str | None], pointer: str) -> None:
    """Raise `BadInput`, in the terms of the request, for a window that does not end after its start."""
    if end > begin:
        return
    start, until = fields.get("local_start"), fields.get("local_end")
    detail = "The window ends after it starts."
    if start is not None and until is not None and parse_local(str(until)) > parse_local(str(start)):
        detail = (
            f"The clocks at the place are put forward between {start} and {until}, so that nothing is between them."
        )
    way = "window" if until is None else "local"
    raise bad_member(f"{pointer}/{way}_end", detail)


def _edge(edge: str, zone: str, fields: Mapping[str, datetime | str | None], pointer: str) -> datetime | None:
    instant, local = fields.get(f"window_{edge}"), fields.get(f"local_{edge}")
    if instant is not None and local is not None:
        raise bad_member(f"{pointer}/local_{edge}", f"Say window_{edge} or local_{edge}, not both.")
    if local is not None:
        return at_local(parse_local(str(local), pointer=f"{pointer}/local_{edge}"), zone)
    assert not isinstance(instant, str), "an instant has been read by now"
    return instant
