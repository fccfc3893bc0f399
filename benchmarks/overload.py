"""Overload: how much is done when devices send three times as much as the server can do."""

from __future__ import annotations

from itertools import islice
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.overload_crowd import OPERATIONS, CrowdResult, Run, crowd_runs
from benchmarks.place import Place
from benchmarks.rounds import Checked, Outcome, Progress, Row
from benchmarks.staff import Person, Staff, download, staffed

TIMES: Final = 3
AT_ONCE: Final = 48
"""Devices that push one after the other while the capacity is measured."""
PEOPLE, PHONES = 20, 400
THREADS: Final = "120"
"""Of each process: so few that the queues, which grow with them, are full with so many devices."""
CAPACITY_SECONDS, OVERLOAD_SECONDS = 10.0, 25.0
GOODPUT: Final = 0.9
_USES = 60


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:  # noqa: ARG001 - one long run, not rounds
    """Pushes at capacity, then three times as many with pulls beside, then at capacity again, in one run."""
    with staffed(place, people=PEOPLE, orders=20, parts=500, CALLOUT_THREADS=THREADS) as staff:
        devices = _devices(staff, progress)
        url = staff.company.url
        crowd_runs(url, devices, Run(3.0, 0, 0, AT_ONCE))  # warms up
        progress("capacity", 0, 3)
        before = crowd_runs(url, devices, Run(CAPACITY_SECONDS, 0, 0, AT_ONCE))
        capacity = _rate(before)
        progress("overload", 1, 3)
        over = crowd_runs(url, devices, Run(OVERLOAD_SECONDS, TIMES * capacity, capacity / 2, 0))
        progress("capacity again", 2, 3)
        after = crowd_runs(url, devices, Run(CAPACITY_SECONDS, 0, 0, AT_ONCE))
    return _outcome(before, over, after)


def _outcome(before: CrowdResult, over: CrowdResult, after: CrowdResult) -> Outcome:
    usual = (_rate(before) + _rate(after)) / 2
    named = {"at capacity": before, f"offered {TIMES} times as much": over, "at capacity, afterwards": after}
    rows = [
        Row(
            "pushes that were taken in",
            name,
            f"pushes of {OPERATIONS}",
            _rate(counted),
            0,
            0,
            0,
            _rate(counted) / usual,
        )
        for name, counted in named.items()
    ]
    pushes, pulls = _share(over.pushes), _share(over.pulls)
    refusals = {status for counted in (over.pushes, over.pulls) for status in counted if status != "200"}
    proper = refusals <= {"429", "503"} and not over.silent
    goals = [
        Checked("goodput", f"at least {GOODPUT:.0%} of the capacity", GOODPUT, _rate(over) / usual),
        Checked("refusals", "429 or 503 with Retry-After, all of them", 1, float(proper)),
        Checked("order", "pushes are served before pulls", 1, float(pushes >= pulls)),
    ]
    sent = sum(over.pushes.values()) / over.seconds / usual
    late = quantiles(over.waited, n=20)[-1]
    notes = [
        f"offered: {TIMES:.0f} × capacity; sent {sent:.2f} ×, {over.unsent} could not be sent, as every device waited",
        f"pushes, by status: {over.pushes}, {pushes:.0%} served; pulls: {over.pulls}, {pulls:.0%} served",
        (
            f"a push that was taken in waited {median(over.waited):.2f} s, 95 of 100 less than {late:.2f} s "
            f"(at capacity {median(before.waited):.2f} s)"
        ),
    ]
    return Outcome(rows, goals, (), notes)


def _devices(staff: Staff, progress: Progress) -> list[dict[str, Any]]:
    """Enrolled devices of all technicians, as the crowd gets them."""
    found = []
    for number in range(PHONES):
        progress("enrolling", number, PHONES)
        person: Person = staff.people[number % PEOPLE]
        phone = person.phone if number < PEOPLE else staff.phone_of(person)
        found.append(
            {
                "token": phone.enrolled["access_token"],
                "incarnation": phone.enrolled["incarnation"],
                "seq": phone.seq,
                "cursor": download(phone)[1],
                "uses": list(islice(person.uses, _USES)),
            }
        )
    return found


def _rate(counted: CrowdResult) -> float:
    return counted.pushes.get("200", 0) / counted.seconds


def _share(answers: dict[str, int]) -> float:
    return answers.get("200", 0) / max(1, sum(answers.values()))
