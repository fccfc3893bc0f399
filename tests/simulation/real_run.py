"""Seeds on the real server, compared with the core in memory."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import structlog
from rich.console import Console
from rich.progress import track

from tests.simulation.real_compare import Difference, must_end_equal
from tests.simulation.real_databases import prepared, real_server
from tests.simulation.real_recording import recorded
from tests.simulation.real_replay import Replay
from tests.simulation.runs import schedule_of
from tests.simulation.versions import as_at_first
from tests.support.databases import Cluster, begin_run, end_run


class Compared(NamedTuple):
    """The numbers of compared exchanges and events."""

    exchanges: int
    events: int


def replayed(seed: int, steps: int, devices: int | None, *, cluster: Cluster, template: str, folder: Path) -> Compared:
    """Run a seed with the core in memory, replay it on a fresh real server, and compare everything.

    `template` is a database from `prepared`. Raises `Difference`, which names the step and shows both sides, and
    `Violation` when the core itself broke a promise.
    """
    schedule = schedule_of(seed, steps=steps, devices=devices)
    recording = recorded(schedule)
    with real_server(cluster, template, folder, recording.epoch) as server, as_at_first(schedule.profile):
        try:
            Replay(server).run(recording.trace)
            must_end_equal(recording.world, server)
        except Difference as difference:
            difference.add_note(f"seed {seed}, {steps} steps, {devices or 'drawn'} devices")
            raise
    return Compared(recording.exchanges, recording.world.log.head())


def many(seeds: range, steps: int, devices: int | None, console: Console) -> int:
    """Replay many seeds one after the other and print differences; the number of seeds that differed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    began, done, differed = time.perf_counter(), [], 0
    begin_run()
    try:
        cluster = Cluster()
        with prepared(cluster) as template:
            for seed in track(seeds, "Replaying", console=console, transient=True):
                try:
                    done.append(_one(seed, steps, devices, cluster, template))
                except AssertionError as broken:
                    differed += 1
                    console.print(f"[bold red]seed {seed}[/]", f"{broken}", highlight=False)
    finally:
        end_run()
    console.print(
        f"{len(seeds)} seeds of {steps} steps on the real server in {time.perf_counter() - began:.0f} s: "
        f"{sum(one.exchanges for one in done):,} replies and {sum(one.events for one in done):,} events compared; "
        f"{differed} seeds differed."
    )
    return differed


def _one(seed: int, steps: int, devices: int | None, cluster: Cluster, template: str) -> Compared:
    with tempfile.TemporaryDirectory(prefix="callout-replay-") as folder:
        return replayed(seed, steps, devices, cluster=cluster, template=template, folder=Path(folder))
