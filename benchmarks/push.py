"""Push: operations a second through HTTP, beside the plain append of as many events."""

from __future__ import annotations

from functools import partial

from benchmarks.appenders import PLAIN_TABLE
from benchmarks.place import Place
from benchmarks.pushing import Pushing, SigningHandset
from benchmarks.rounds import Outcome, Progress, compare
from benchmarks.staff import staffed
from benchmarks.uploading import Uploading
from benchmarks.writers import writers_on
from tests.support.databases import run

SECONDS = 0.6
DEVICES = 4
SIZES = (1, 20, 100)
BASELINE, OURS, SIGNED = "append alone (our recorder)", "push", "push, each operation signed (Ed25519)"


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Batches of 1, 20 and 100 operations, from one device and from four at once; the views catch up in between."""
    rows = []
    with place.database() as dsn, staffed(place, people=DEVICES, orders=2_000, parts=1_000) as staff:
        run(dsn, PLAIN_TABLE)
        plain = Pushing(staff)
        codes = [staff.company.code(person.technician) for person in staff.people]
        signed = Pushing(staff, [SigningHandset(staff.company.url, code) for code in codes])
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
                            OURS: Uploading(plain, devices, size, SECONDS).slice,
                            SIGNED: Uploading(signed, devices, size, SECONDS).slice,
                        },
                        rounds=rounds,
                        progress=progress,
                    )
                    rows += found.rows
    return Outcome(rows, [])
