"""How many seeds it takes to catch each planted bug: `./run simulate --bugs`."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.simulation.bugs import core, devices, store, views
from tests.simulation.planted import BUGS
from tests.simulation.runs import Caught, seeds_to_catch

BUG_MODULES = (core, devices, store, views)
"""Each registers its bugs when it is loaded."""
STARTS = (1_000, 2_000, 3_000, 4_000, 5_000)
"""The first seeds of the trials, far enough apart to have nothing in common."""


class BugTrials(NamedTuple):
    """A bug and the result of each trial, `None` where it was not caught."""

    bug: str
    trials: list[Caught | None]

    @property
    def is_caught(self) -> bool:
        """Whether every trial caught it."""
        return None not in self.trials

    def promise(self) -> str:
        """The promise that caught it most often."""
        found = Counter(one.promise for one in self.trials if one is not None)
        return found.most_common(1)[0][0] if found else "–"

    def seeds(self, limit: int) -> float:
        """The median number of seeds, an uncaught trial counted as the limit."""
        return median(limit if one is None else one.seeds for one in self.trials)


def run_trials(bug: str, limit: int) -> BugTrials:
    """Run every trial of one bug."""
    return BugTrials(bug, [seeds_to_catch(bug, start=start, most=limit) for start in STARTS])


def print_trials(console: Console, limit: int, jobs: int) -> bool:
    """Run the trials of every bug and print the table; whether all were caught."""
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(partial(run_trials, limit=limit), BUGS)
        done = list(track(found, "Catching", total=len(BUGS), console=console, transient=True))
    title = f"Planted bugs: seeds until caught, median of {len(STARTS)} trials, {limit} seeds at most"
    table = Table("bug", "what it breaks", "the promise that caught it", "seeds", title=title)
    table.columns[3].justify = "right"
    for one in done:
        seeds = f"{one.seeds(limit):g}" if one.is_caught else f"missed in {one.trials.count(None)}"
        table.add_row(one.bug, BUGS[one.bug].breaks, one.promise(), seeds)
    console.print(table)
    console.print(f"{sum(one.is_caught for one in done)} of {len(done)} caught in every trial.")
    return all(one.is_caught for one in done)
