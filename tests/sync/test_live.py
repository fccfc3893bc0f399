"""A stream of wake-ups sends an event at each change and heartbeats, and ends in time or with the device's access."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, repeat

from sync.live import HEARTBEAT, LONGEST, SPREAD, Live
from tests.support.memory_documents import ANNA, MemoryDocuments


class Street:
    """A live stream whose clock is simulated: waiting takes no real time."""

    def __init__(self, *news: int | None, dice: float = 0.0) -> None:
        self.now, self.welcome = 0.0, True
        self.cabinet = MemoryDocuments()
        self.cabinet.news = list(news)
        self._wait = self.cabinet.wait
        self.cabinet.wait = self.wait  # type: ignore[method-assign]
        self.live = Live(self.cabinet, lambda: self.now, lambda: dice)

    def wait(self, technician: object, after: int, seconds: float) -> int | None:
        through = self._wait(technician, after, seconds)  # type: ignore[arg-type]
        self.now += seconds if through is None else 1.0
        return through

    def events(self, after: int = 5) -> Iterator[bytes]:
        return self.live.events(ANNA, after, lambda: self.welcome)


def test_each_change_is_one_event_and_silence_is_a_comment() -> None:
    street = Street(None, 7, None, 9)
    assert list(islice(street.events(), 5)) == [
        b": here\n\n",
        b": still here\n\n",
        b'event: wake\ndata: {"through": 7}\n\n',
        b": still here\n\n",
        b'event: wake\ndata: {"through": 9}\n\n',
    ]
    assert street.cabinet.waited == [(5, HEARTBEAT), (5, HEARTBEAT), (7, HEARTBEAT), (7, HEARTBEAT)]


def test_it_ends_after_ten_minutes_or_up_to_two_minutes_sooner() -> None:
    for dice, seconds in ((0.0, LONGEST), (0.5, LONGEST - SPREAD / 2), (1.0, LONGEST - SPREAD)):
        street = Street(*repeat(None, 100), dice=dice)
        pieces = list(street.events())
        assert street.now == seconds
        assert len(pieces) == 1 + seconds / HEARTBEAT


def test_a_device_that_is_no_longer_welcome_is_cut_off_within_a_heartbeat_and_told_nothing() -> None:
    for through in (None, 7):
        street = Street(through, through)
        events = street.events()
        next(events)
        street.welcome = False
        assert list(events) == []
        assert street.now <= HEARTBEAT


def test_it_ends_with_the_server() -> None:
    street = Street(None)
    street.wait = lambda *_: None  # type: ignore[method-assign]  # answers at once, since nobody listens any more
    street.cabinet.wait = street.wait  # type: ignore[method-assign]
    assert list(street.events()) == [b": here\n\n"]
