"""Past beside: how much two dozen queries of the past at once slow down phones and ordinary reads."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter

from benchmarks.history import record
from benchmarks.past_askers import askers_at
from benchmarks.place import Place
from benchmarks.rounds import Checked, Outcome, Progress, Timing
from benchmarks.staff import Person, Staff, download, staffed

EVENTS = 20_000
ASKERS = 24
TRIALS = 40
MOST = 1.3
PUSH, PULL, READ, ONE = (
    "push, until it is answered",
    "pull of a page",
    "a list of the office",
    "one thing of the office",
)
ALONE, BESIDE, AFTER = "nobody asks", f"{ASKERS} ask about the past", "nobody asks, afterwards"
_WARM = 5
_LEAST_SECONDS = 20.0


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """The same requests before, during and after the queries of the crowd, in one run."""
    many = TRIALS * rounds
    with staffed(place, people=1, orders=200, parts=500) as staff:
        record(staff.log, EVENTS, progress)
        staff.settle()
        trials = _trials(staff, staff.people[0])
        head = staff.log.head()
        times = {ALONE: _run(trials, many, progress, ALONE)}
        with askers_at(staff.company.url, staff.company.admin.token, ASKERS, head) as askers:
            times[BESIDE] = _run(trials, many, progress, BESIDE)
        times[AFTER] = _run(trials, many, progress, AFTER)
    timings, goals = [], []
    for what in trials:
        quiet = median([*times[ALONE][what], *times[AFTER][what]])
        for when, found in times.items():
            ratio = median(found[what]) / quiet
            timings.append(
                Timing(what, f"{what}, {when}", median(found[what]), quantiles(found[what], n=10)[-1], ratio)
            )
        reached = quiet / median(times[BESIDE][what])
        goals.append(Checked(what, f"at most {MOST} × its usual time beside {ASKERS} askers", 1 / MOST, reached))
    return Outcome([], goals, timings, [f"what those who asked were answered, by status: {askers.answers}"])


def _trials(staff: Staff, person: Person) -> dict[str, Callable[[], int]]:
    """Requests whose answer is as large before as after; each returns its status."""
    cursor = download(person.phone)[1]
    desk = staff.company.admin.again()
    part = desk.get("parts", limit=1)["items"][0]["id"]
    return {
        PUSH: lambda: person.phone.send(person.operations(1)).status,
        PULL: lambda: person.phone.desk.ask("GET", f"/sync/v1/pull?limit=100&cursor={cursor}").status,
        READ: lambda: desk.ask("GET", "/api/v1/parts?limit=50").status,
        ONE: lambda: desk.ask("GET", f"/api/v1/parts/{part}").status,
    }


def _run(trials: dict[str, Callable[[], int]], many: int, progress: Progress, scenario: str) -> dict[str, list[float]]:
    """Milliseconds of each request, turn by turn."""
    times: dict[str, list[float]] = {what: [] for what in trials}
    begin, number = perf_counter(), 0
    while number < many + _WARM or perf_counter() < begin + _LEAST_SECONDS:
        progress(scenario, number, many + _WARM)
        for what, trial in trials.items():
            begun = perf_counter()
            status = trial()
            if number >= _WARM:
                times[what].append((perf_counter() - begun) * 1e3)
            assert status == 200, (what, status)
        number += 1
    return times
