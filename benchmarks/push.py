"""Push: operations a second through HTTP, beside the plain append of as many events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.appenders import PLAIN_TABLE
from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, Slice, compare, for_seconds
from benchmarks.staff import Person, Staff, staffed
from benchmarks.writers import writers_on
from tests.support.databases import run

SECONDS = 0.6
DEVICES = 4
SIZES = (1, 20)
BASELINE, OURS = "append alone (our recorder)", "push"


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Batches of 1, 20 and 100 operations, from one device and from four at once."""
    rows = []
    with place.database() as dsn, staffed(place, people=DEVICES, orders=500, parts=1_000) as staff:
        run(dsn, PLAIN_TABLE)
        with writers_on(dsn, DEVICES) as writers:
            for size in SIZES:
                for devices in (1, DEVICES):
                    found = compare(
                        f"{size} operation{'s' * (size > 1)} a push, {devices} device{'s' * (devices > 1)}",
                        "operations",
                        {
                            BASELINE: partial(
                                writers.append, "our recorder", writers=devices, at_once=size, seconds=SECONDS
                            ),
                            OURS: partial(pushed, staff, devices, size),
                        },
                        rounds=rounds,
                        progress=progress,
                    )
                    rows += found.rows
    return Outcome(rows, [])


def pushed(staff: Staff, devices: int, size: int) -> Slice:
    """Devices that push as fast as they are answered; the views catch up before the next slice."""
    with ThreadPoolExecutor(devices) as pool:
        slices = list(pool.map(partial(_push, size=size), staff.people[:devices]))
    staff.settle()
    return Slice(sum(each.things for each in slices), max(each.seconds for each in slices), slices[0].cpu)


def _push(person: Person, size: int) -> Slice:
    def push() -> int:
        told = person.phone.push(*person.operations(size))
        assert all(result["status"] == "applied" for result in told["results"]), told
        return size

    return for_seconds(SECONDS, push)
