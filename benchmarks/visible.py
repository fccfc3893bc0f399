"""Visible: the time from a push until another device that waits has the changed document."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import perf_counter, sleep

from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, time_each
from benchmarks.staff import Person, Staff, download, staffed
from tests.support.http_device import HttpDevice

TRIALS = 20
ROUND_TRIP, PUSH = "an HTTP round trip (GET /health)", "push, until it is answered"
COMBINED = "push with pull, until it is answered with the changes"
VISIBLE = "push, until the other device's long poll is answered"
_SETTLE_SECONDS = 0.05


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """One operation at a time, nothing else going on."""
    with staffed(place, people=1, orders=200, parts=500) as staff, ThreadPoolExecutor(1) as beside:
        [person] = staff.people
        other = staff.phone_of(person)
        staff.settle()
        trials: dict[str, Callable[[], float]] = {
            ROUND_TRIP: partial(_asked, person),
            PUSH: partial(_pushed, person),
            COMBINED: _combined(person),
            VISIBLE: partial(_visible, staff, person, other, beside),
        }
        found = time_each("one operation", trials, many=TRIALS * rounds, progress=progress)
    return Outcome([], [], found)


def _asked(person: Person) -> float:
    begun = perf_counter()
    person.phone.desk.ask("GET", "/health")
    return perf_counter() - begun


def _pushed(person: Person) -> float:
    operations = person.operations(1)
    begun = perf_counter()
    person.phone.push(*operations)
    return perf_counter() - begun


def _combined(person: Person) -> Callable[[], float]:
    cursor = download(person.phone)[1]

    def trial() -> float:
        nonlocal cursor
        operations = person.operations(1)
        begun = perf_counter()
        reply = person.phone.push(*operations, pull={"cursor": cursor, "limit": 500})
        took = perf_counter() - begun
        assert reply["changes"]["changes"], reply
        cursor = reply["changes"]["cursor"]
        return took

    return trial


def _visible(staff: Staff, person: Person, other: HttpDevice, beside: ThreadPoolExecutor) -> float:
    staff.settle()
    cursor = download(other)[1]
    waiting = beside.submit(_wait, other, cursor)
    sleep(_SETTLE_SECONDS)  # until it waits
    operations = person.operations(1)
    begun = perf_counter()
    person.phone.push(*operations)
    return waiting.result() - begun


def _wait(phone: HttpDevice, cursor: str) -> float:
    """The instant at which a waiting device has something new."""
    reply = phone.pull(cursor, wait=20).json()
    assert reply["changes"], reply
    return perf_counter()
