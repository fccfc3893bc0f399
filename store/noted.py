"""Entries of the security log: repetitions are counted in memory before they are written."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic, time
from typing import Final, NamedTuple
from uuid import UUID

BEYOND: Final = "further ones of this hour"
_AT_ONCE: Final = 10
_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_REMEMBERED: Final = 10_000
_ALONG: Final = 10
"""The number of counts beyond a limit that are written along with another event."""


class Noted(NamedTuple):
    """An event: `user` is the account it is about, `actor` its author, `login` the text typed by an unknown caller."""

    kind: str
    address: str = ""
    login: str | None = None
    user: UUID | None = None
    actor: UUID | None = None
    device: UUID | None = None
    subject: str = ""

    def author_key(self) -> str:
        """Whose share of the log it uses: that of a user or device or, for unknown callers, of the address."""
        return str(self.actor or self.device or self.address)


class Repeats:
    """Counts equal events within `seconds`: due each time up to ten times, then when their number has doubled."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """`clock` returns seconds; periods begin at multiples of `seconds`."""
        self._seconds = seconds
        self._clock = clock
        self._period = 0.0
        self._counts: dict[Noted, tuple[int, int]] = {}

    def due(self, noted: Noted) -> int:
        """Count it; the number to write now, 0 when it is only counted."""
        period = self._clock() // self._seconds
        if period != self._period or len(self._counts) >= _REMEMBERED:
            self._period, self._counts = period, {}
        seen, written = self._counts.get(noted, (0, 0))
        seen += 1
        due = seen - written if seen <= _AT_ONCE or seen >= 2 * written else 0
        self._counts[noted] = (seen, written + due)
        return due

    def left(self, most: int) -> list[tuple[Noted, int]]:
        """Some of the counted events that were not written; they count as written now."""
        found = [(noted, seen - written) for noted, (seen, written) in self._counts.items() if seen > written][:most]
        for noted, _ in found:
            seen, _ = self._counts[noted]
            self._counts[noted] = (seen, seen)
        return found


class Waiting:
    """Events due to be written; thread-safe. It remembers who reached a limit within this hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._minute = Repeats(_MINUTE, monotonic)
        self._hour = Repeats(_HOUR, time)
        self._full_since = 0.0
        self._full: set[tuple[str, str]] = set()

    def within(self, noted: Noted) -> Noted:
        """The event itself or, when its kind or author has reached a limit, one that only names the author."""
        with self._lock:
            hour = time() // _HOUR
            if hour != self._full_since or len(self._full) >= _REMEMBERED:
                self._full_since, self._full = hour, set()
            if noted.actor is None and noted.device is None and (noted.kind, "") in self._full:
                return Noted(noted.kind, subject=BEYOND)
            if (noted.kind, noted.author_key()) in self._full:
                return Noted(noted.kind, noted.address, actor=noted.actor, device=noted.device, subject=BEYOND)
            return noted

    def due(self, noted: Noted) -> list[tuple[Noted, int]]:
        """Count it; the events to write now with their numbers, none when it is only counted."""
        with self._lock:
            if noted.subject == BEYOND:
                times = self._hour.due(noted)
                return [(noted, times)] if times else []
            times = self._minute.due(noted)
            return [(noted, times), *self._hour.left(_ALONG)] if times else []

    def limit_reached(self, noted: Noted, *, everybody: bool) -> None:
        """Note that this author, or all unknown callers together, have reached the hour's limit of this kind."""
        with self._lock:
            self._full.add((noted.kind, "" if everybody else noted.author_key()))
