"""Many seeded runs of the whole system: `./run simulate --seeds N --from S`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from secrets import randbelow

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.simulation.bug_trials import print_trials
from tests.simulation.pieces import Tally, pieces
from tests.simulation.profile import RATES
from tests.simulation.real_run import many
from tests.simulation.runs import Outcome, run, schedule_of, shortened
from tests.simulation.steps import WEIGHTS

MOST_SHOWN = 5


def once(seed: int, steps: int, devices: int | None) -> Outcome:
    """One run, for a process of the pool."""
    return run(schedule_of(seed, steps=steps, devices=devices))


def outcomes(seeds: range, steps: int, devices: int | None, jobs: int) -> Iterator[Outcome]:
    """The outcome of each seed, in order."""
    work = partial(once, steps=steps, devices=devices)
    if jobs == 1:
        yield from map(work, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, seeds, chunksize=4)


@click.command()
@click.option("--seeds", default=100, show_default=True, help="How many runs.")
@click.option("--from", "start", type=int, help="The first seed; random by default, and printed.")
@click.option("--steps", default=200, show_default=True, help="Steps a run.")
@click.option("--devices", type=click.IntRange(1, 100), help="Devices a run; by default 3 to 10, drawn from the seed.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option(
    "--keep", type=click.Path(dir_okay=False, path_type=Path), help="Keep results in this file, and continue it."
)
@click.option("--real", is_flag=True, help="Then the same on the real server and database; each reply is compared.")
@click.option("--bugs", is_flag=True, help="Plant each known bug instead, and print how many seeds catch it.")
@click.option("--limit", default=200, show_default=True, help="The most seeds to catch a bug with.")
def simulate(
    seeds: int,
    start: int | None,
    steps: int,
    devices: int | None,
    jobs: int,
    *,
    keep: Path | None,
    real: bool,
    bugs: bool,
    limit: int,
) -> None:
    """Run seeds, print how often each fault happened, and how to repeat a run that broke a promise."""
    console = Console()
    if bugs:
        sys.exit(not print_trials(console, limit, jobs))
    tally = Tally.load(keep) if keep is not None and keep.exists() else Tally(_drawn() if start is None else start)
    if start not in (None, tally.start):
        raise click.UsageError(f"{keep} is about the seeds from {tally.start} on; name another file.")
    console.print(f"{seeds} seeds from {tally.start} on", f"({tally.done} of them were done before)" * bool(tally.done))
    if real:
        sys.exit(bool(many(range(tally.start, tally.start + seeds), steps, devices, console)))
    _simulate(tally, seeds, partial(outcomes, steps=steps, devices=devices, jobs=jobs), keep, console)
    console.print(happenings(tally))
    console.print(
        f"{tally.done} runs of {steps} steps from seed {tally.start} on in {tally.seconds:.0f} s on {jobs} processes "
        f"({tally.done / tally.seconds:.1f} a second); {tally.operations:,} operations made, {tally.events:,} events "
        f"recorded; {len(tally.broken)} broken promises."
    )
    for seed, promise, seen in tally.broken[:MOST_SHOWN]:
        show_broken(console, seed, promise, seen, steps=steps, devices=devices)
    sys.exit(bool(tally.broken))


def _drawn() -> int:
    return randbelow(10**9)


def _simulate(
    tally: Tally, seeds: int, work: Callable[[range], Iterator[Outcome]], keep: Path | None, console: Console
) -> None:
    with Progress(console=console, transient=True) as progress:
        bar = progress.add_task("Simulating", total=seeds, completed=tally.done)
        for piece in pieces(tally.start + tally.done, tally.start + seeds):
            began = time.perf_counter()
            for outcome in work(piece):
                tally.add(outcome)
                progress.advance(bar)
            tally.seconds += time.perf_counter() - began
            if keep is not None:
                tally.save(keep)


def happenings(tally: Tally) -> Table:
    """How often each kind of fault and step happened."""
    table = Table("fault", "times", "runs with it", title="What happened")
    table.columns[1].justify = table.columns[2].justify = "right"
    for name in (*RATES, *sorted(WEIGHTS)):
        table.add_row(name, f"{tally.happened[name]:,}", f"{tally.seen_in[name]:,}")
    return table


def show_broken(console: Console, seed: int, promise: str, seen: str, *, steps: int, devices: int | None) -> None:
    """Print a broken promise: what was seen, the steps that suffice to break it, and the command that repeats it."""
    schedule = schedule_of(seed, steps=steps, devices=devices)
    few = shortened(schedule, promise)
    console.print(f"\n[bold red]seed {seed}[/]: {promise}", highlight=False)
    console.print(f"  {seen}", markup=False, highlight=False)
    console.print(f"  {len(few)} of {len(schedule.steps)} steps are enough:")
    for step in few:
        console.print(f"    {step.kind} (phone {step.who}, dice {step.seed})", highlight=False)
    more = f" --devices {devices}" if devices else ""
    console.print(f"  ./run simulate --seeds 1 --from {seed} --steps {steps}{more}", highlight=False)


if __name__ == "__main__":
    simulate()
