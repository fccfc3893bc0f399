"""The same seed gives the same run, byte by byte, in any process and whatever the devices' clocks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.canonical import encode
from tests.simulation.mapped_log import MappedLog
from tests.simulation.runs import fields_of, run, schedule_of
from tests.simulation.schedule import Schedule
from tests.simulation.versions import as_at_first
from tests.simulation.world import World

ROOT = Path(__file__).parents[2]
SCRIPT = "from tests.simulation.runs import run, schedule_of; print(*(run(schedule_of(n)).log for n in ({seeds})))"
APART = frozenset(
    {
        *("occurred_at", "claimed_at", "seen_position", "restored_through", "signature"),
        *("window_start", "window_end", "device_sum", "server_sum"),
    }
)
"""Times, and what follows from them."""
LABEL = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*(?:Z|[+-][0-9:]{5})|seen[^,]*,|signature[^}]*}")
"""Times and signatures inside the text of a quarantined or held operation."""
ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_the_same_seed_gives_the_same_log_in_another_process() -> None:
    logs = {log_of_process(hash_seed) for hash_seed in ("1", "2")}

    assert logs == {f"{run(schedule_of(11)).log} {run(schedule_of(12)).log}"}


@pytest.mark.parametrize("seed", [21, 22, 23, 24, 25, 26])
def test_other_clocks_give_the_same_log_but_for_the_labels(seed: int) -> None:
    schedule = schedule_of(seed)
    on_time = with_offsets(schedule, [0.0] * len(schedule.profile.offsets))
    wrong = with_offsets(schedule, [3_600.0 * (n - 2) + 60 for n in range(len(schedule.profile.offsets))])

    assert without_labels(on_time) == without_labels(wrong)


@pytest.mark.parametrize("seed", [31, 32, 33, 34])
def test_writing_events_down_and_reading_them_again_changes_nothing(seed: int) -> None:
    schedule = schedule_of(seed)

    assert run(schedule, log=MappedLog)[2:6] == run(schedule)[2:6]


def log_of_process(hash_seed: str) -> str:
    """The hashes of the logs of two seeds, from a process with another hash seed."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-c", SCRIPT.format(seeds="11, 12")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def with_offsets(schedule: Schedule, offsets: list[float]) -> Schedule:
    """The same schedule with clocks that are off by so many seconds, and run evenly.

    Pages are large, and the views move on as far as they can: that a clock is suspect is an event and a document more.
    """
    profile = schedule.profile._replace(offsets=tuple(offsets), drifts=(0.0,) * len(offsets), page=500)
    steps = tuple(step for step in schedule.steps if step.kind != "views move on")
    return schedule._replace(profile=profile, steps=steps)


def without_labels(schedule: Schedule) -> list[bytes]:
    """What is recorded, without what clocks say; ids, which begin with the time, are numbered as they come up."""
    world = World(schedule)
    with as_at_first(schedule.profile):
        world.run(schedule.steps)
    names: dict[bytes, bytes] = {}
    places: dict[tuple[UUID, int | None], int] = {}
    lines = []
    for event in world.log.events:
        if event.topic != "device.clock_observed":
            places[event.stream, event.version] = len(places)
            data = timeless(fields_of(event.data))
            if "text_version" in data:  # clocks are observed in the same stream
                data["text_version"] = places.get((event.stream, data["text_version"]))
            fields = [event.stream, event.topic, timeless(fields_of(event.envelope)), data]
            text = LABEL.sub(b"", encode(fields))
            lines.append(ID.sub(lambda id: names.setdefault(id[0], b"%d" % len(names)), text))
    return lines


def timeless(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields without those that are times, or follow from them."""
    return {name: value for name, value in fields.items() if name not in APART}
