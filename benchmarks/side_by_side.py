"""Side by side: callout, Kinto and pouchdb-server doing the same work for the same clients in one run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

from benchmarks.place import Place
from benchmarks.rounds import Outcome, Progress, compare, time_each, timed
from benchmarks.side_by_side_kinto import POLL_SECONDS, kinto_on
from benchmarks.side_by_side_pouchdb import pouchdb_in
from benchmarks.side_by_side_setup import UnavailableError
from benchmarks.side_by_side_systems import CLIENTS, Callout, System, callout_on
from benchmarks.uploading import Uploading
from tests.support.office_client import Json

KEPT_FOLDER = "CALLOUT_BENCH_OTHERS"
"""Names a folder in which the other systems stay installed between runs; without it they are removed after the run."""
SECONDS = 1.0
SIZES = (20, 100)
CHANGED = 40
TRIALS = 10
_SETTLE_SECONDS = 0.05

Makers = Callable[[int, int], list[Json]]


def measure(place: Place, rounds: int, progress: Progress) -> Outcome:
    """Uploads, a first download, an incremental pull, and the time until another client sees something."""
    with ExitStack() as stack, others_folder() as folder:
        ours = stack.enter_context(callout_on(place))
        notes, systems = [f"{ours.name}: {ours.facts}."], list[System]()
        others: dict[str, Callable[[Makers], AbstractContextManager[System]]] = {
            "Kinto": partial(kinto_on, place, folder),
            "pouchdb-server": partial(pouchdb_in, folder),
        }
        for name, opened in others.items():
            progress(f"{name} is being set up", 0, 1)
            try:
                system = stack.enter_context(opened(ours.records))
            except UnavailableError as error:
                notes.append(f"{name} is not measured: {error}.")
            else:
                systems.append(system)
                notes.append(f"{name}: {system.facts}.")
        systems.append(ours)
        rows = [row for scenario in _uploads(systems, ours, rounds, progress) for row in scenario.rows]
        rows += [row for scenario in _downloads(systems, ours, rounds, progress) for row in scenario.rows]
        trials = {system.name: _visible(system) for system in systems}
        found = time_each("until another client has one record", trials, many=TRIALS * rounds, progress=progress)
    notes.append(f"Kinto has nothing to wait for, so its client asks every {POLL_SECONDS * 1e3:.0f} ms.")
    return Outcome(rows, [], found, notes)


@contextmanager
def others_folder() -> Iterator[Path]:
    """Where the other systems are installed."""
    kept = os.environ.get(KEPT_FOLDER)
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept).resolve()
        return
    with TemporaryDirectory(prefix="callout-others-") as folder:
        yield Path(folder)


def _uploads(systems: list[System], ours: Callout, rounds: int, progress: Progress) -> Iterator[Outcome]:
    for size in SIZES:
        for clients in (1, CLIENTS):
            variants = {system.name: Uploading(system, clients, size, SECONDS).slice for system in systems}
            variants[f"{ours.name}, until its views have it"] = Uploading(
                ours, clients, size, SECONDS, settled=True
            ).slice
            yield compare(
                f"upload by {clients} client{'s' * (clients > 1)}, {size} records a batch",
                "records",
                variants,
                rounds=rounds,
                progress=progress,
            )


def _downloads(systems: list[System], ours: Callout, rounds: int, progress: Progress) -> Iterator[Outcome]:
    documents = ours.documents()
    for number, system in enumerate(systems):
        progress(f"{len(documents):,} documents are stored", number, len(systems))
        system.store(documents)
    yield compare(
        f"first download of {len(documents):,} documents",
        "documents",
        {system.name: partial(timed, partial(_downloaded, system, None)) for system in systems},
        rounds=rounds,
        progress=progress,
    )
    cursors = {system.name: system.download().cursor for system in systems}
    changed = ours.change(CHANGED)
    for system in systems:
        assert system is ours or system.change(changed) == changed
    yield compare(
        f"pull of {changed} changed documents",
        "documents",
        {system.name: partial(timed, partial(_downloaded, system, cursors[system.name])) for system in systems},
        rounds=rounds * 5,
        progress=progress,
    )


def _downloaded(system: System, cursor: str | None) -> int:
    return system.download(cursor).many


def _visible(system: System) -> Callable[[], float]:
    def trial() -> float:
        system.settle()
        [body] = system.prepare(0, 1, 1)
        with ThreadPoolExecutor(1) as beside:
            waiting = beside.submit(_seen_at, system, system.newest())
            sleep(_SETTLE_SECONDS)  # until it waits
            begun = perf_counter()
            assert system.send(0, body) == 1
            return waiting.result() - begun

    return trial


def _seen_at(system: System, cursor: str) -> float:
    system.wait(cursor)
    return perf_counter()
