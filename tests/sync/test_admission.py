"""Under load pushes are admitted before pulls, queues are bounded, and no request waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from time import monotonic, sleep
from uuid import uuid4

import pytest

from domain.kernel.problem import Kind
from sync.admission import Admission, Overloaded, Queue, WaitingRoom, WaitsTooOften

LONG = 20.0


class Requests:
    """An admission, and requests that stay in it until they are ended."""

    def __init__(self, pool: ThreadPoolExecutor, *, patience: float = LONG, most: int = 10) -> None:
        self.lines: dict[str, Queue] = {name: Queue(1, most, patience) for name in ("push", "pull", "news")}
        self.admission = Admission(self.lines["push"], self.lines["pull"], self.lines["news"])
        self.admitted: list[str] = []
        self._pool = pool

    def begin(self, line: str, name: str | None = None) -> tuple[Event, Future[None]]:
        """A request that is admitted or waits when this returns; setting the event ends it."""
        leave = Event()
        was = self._many(line)
        done = self._pool.submit(self._stay, line, name or line, leave)
        deadline = monotonic() + LONG
        while self._many(line) == was and not done.done():
            assert monotonic() < deadline
            sleep(0.002)
        return leave, done

    def end(self, one: tuple[Event, Future[None]]) -> None:
        one[0].set()
        one[1].result(LONG)

    def inside(self) -> dict[str, int]:
        return {name: line.inside for name, line in self.lines.items()}

    def _stay(self, line: str, name: str, leave: Event) -> None:
        with getattr(self.admission, line)():
            self.admitted.append(name)
            assert leave.wait(LONG)

    def _many(self, line: str) -> int:
        with self.admission._lock:
            return self.lines[line].inside + len(self.lines[line].waiting)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(12) as made:
        yield made


def test_each_line_lets_in_as_many_as_have_room_the_first_first(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    begun = [requests.begin("pull", name) for name in ("one", "two", "three")]
    assert requests.inside() == {"push": 0, "pull": 1, "news": 0}
    for one in begun:
        requests.end(one)
    assert (requests.admitted, requests.inside()) == (["one", "two", "three"], {"push": 0, "pull": 0, "news": 0})


def test_while_a_push_waits_no_pull_begins(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    first, second = requests.begin("push", "first"), requests.begin("push", "second")
    news, pulls = requests.begin("news"), [requests.begin("pull", f"pull {number}") for number in range(2)]
    assert requests.inside() == {"push": 1, "pull": 0, "news": 0}
    requests.end(first)
    assert requests.inside() == {"push": 1, "pull": 1, "news": 0}  # no push waits any more, but a pull does
    for one in (second, *pulls, news):
        requests.end(one)
    assert (requests.admitted[0], set(requests.admitted[1:3])) == ("first", {"second", "pull 0"})


def test_a_push_that_only_waits_for_the_views_keeps_no_other_out(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    with requests.admission.push(), requests.admission.resting():
        other = requests.begin("push")
        assert requests.inside()["push"] == 1
        requests.end(other)
    assert requests.inside()["push"] == 0


def test_who_has_no_patience_left_is_sent_away_and_keeps_nobody_waiting(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    pulling, pushing = requests.begin("pull"), requests.begin("push")
    requests.lines["push"].patience = requests.lines["pull"].patience = 0.0
    for line in (requests.admission.push, requests.admission.pull):
        with pytest.raises(Overloaded) as refused, line():
            pass
        assert refused.value.members == {"retry_after": 2}
    requests.end(pulling)
    with requests.admission.pull():
        requests.end(pushing)
    assert [len(line.waiting) for line in requests.lines.values()] == [0, 0, 0]


def test_a_push_that_gives_up_lets_the_pulls_behind_it_in(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    first = requests.begin("push")
    requests.lines["push"].patience = 0.2
    second = requests.begin("push", "second")
    pull = requests.begin("pull")
    with pytest.raises(Overloaded):
        second[1].result(LONG)
    requests.end(pull)
    assert requests.admitted == ["push", "pull"]
    requests.end(first)


def test_a_line_has_an_end(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool, most=2)
    begun = [requests.begin("pull") for _ in range(3)]
    with pytest.raises(Overloaded), requests.admission.pull():
        pass
    with requests.admission.push():  # is another line
        pass
    for one in begun:
        requests.end(one)


def test_who_fails_inside_makes_room_all_the_same(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), requests.admission.push():
            raise ZeroDivisionError
    assert requests.inside()["push"] == 0


def test_many_at_once_are_all_served_and_never_more_than_have_room(pool: ThreadPoolExecutor) -> None:
    requests = Requests(pool, most=1000)
    requests.lines["push"].places = 3
    crowds: list[int] = []

    def goes(number: int) -> None:
        with getattr(requests.admission, ("push", "pull", "news")[number % 3])():
            crowds.append(requests.lines["push"].inside)

    list(pool.map(goes, range(600)))
    assert len(crowds) == 600
    assert max(crowds) <= 3
    assert requests.inside() == {"push": 0, "pull": 0, "news": 0}


def test_the_waiting_room_has_as_many_seats_as_it_has() -> None:
    room = WaitingRoom(2)
    with ExitStack() as seats:
        for _ in range(2):
            seats.enter_context(room.seat())
        with pytest.raises(Overloaded), room.seat():
            pass
    with room.seat():
        assert room.inside == 1


def test_nobody_has_more_than_a_share_of_the_seats() -> None:
    """Issue 8, 6: one phone, or one technician with many, leaves room for the others."""
    room, device, technician = WaitingRoom(10), uuid4(), uuid4()
    with ExitStack() as seats:
        for _ in range(2):
            seats.enter_context(room.seat({device: 2, technician: 3}))
        with pytest.raises(WaitsTooOften) as often, room.seat({device: 2, technician: 3}):
            pass
        assert (often.value.kind, often.value.members["retry_after"]) == (Kind.RATE_LIMITED, 15)
        seats.enter_context(room.seat({uuid4(): 2, technician: 3}))
        with pytest.raises(WaitsTooOften), room.seat({uuid4(): 2, technician: 3}):
            pass
        with room.seat({uuid4(): 2, uuid4(): 3}):
            assert room.inside == 4
    assert (room.inside, room._taken) == (0, {})


def test_seats_are_counted_right_whoever_comes_and_goes_at_once() -> None:
    """Issue 8, 6: a share is never exceeded, and all of it is free again in the end."""
    room, device = WaitingRoom(100), uuid4()
    most, refused = [0], [0]

    def admit_once(_: int) -> None:
        try:
            with room.seat({device: 4}):
                most[0] = max(most[0], room.inside)
        except WaitsTooOften:
            refused[0] += 1

    with ThreadPoolExecutor(16) as crowd:
        list(crowd.map(admit_once, range(2000)))
    assert most[0] <= 4
    assert (room.inside, room._taken) == (0, {})
