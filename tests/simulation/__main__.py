"""Many seeded runs of the whole system: `./run simulate --seeds N --from S`."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.simulation.harvest import tell_harvest
from tests.simulation.profile import RATES
from tests.simulation.real_run import many
from tests.simulation.runs import Outcome, run, schedule_of, shortened
from tests.simulation.steps import OFTEN

MOST_TOLD = 5


def once(seed: int, steps: int, devices: int | None) -> Outcome:
    """One run, for a process of the pool."""
    return run(schedule_of(seed, steps=steps, devices=devices))


def outcomes(seeds: range, steps: int, devices: int | None, jobs: int) -> Iterator[Outcome]:
    """What came of each seed, in order."""
    work = partial(once, steps=steps, devices=devices)
    if jobs == 1:
        yield from map(work, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(work, seeds, chunksize=4)


@click.command()
@click.option("--seeds", default=100, show_default=True, help="How many runs.")
@click.option("--from", "start", default=1, show_default=True, help="The first seed.")
@click.option("--steps", default=200, show_default=True, help="Steps a run.")
@click.option("--devices", type=click.IntRange(1, 100), help="Devices a run; 3 to 10, as the seed has it, without.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--real", is_flag=True, help="Then the same on the real server and database, each reply held against it.")
@click.option("--bugs", is_flag=True, help="Plant each known mistake instead, and say how fast it is caught.")
@click.option("--limit", default=200, show_default=True, help="The most seeds to catch a mistake with.")
def simulate(
    seeds: int, start: int, steps: int, devices: int | None, jobs: int, *, real: bool, bugs: bool, limit: int
) -> None:
    """Run seeds, say what happened how often, and show how to repeat what went wrong."""
    if bugs:
        sys.exit(not tell_harvest(Console(), limit, jobs))
    if real:
        sys.exit(bool(many(range(start, start + seeds), steps, devices, Console())))
    console, began = Console(), time.perf_counter()
    runs = outcomes(range(start, start + seeds), steps, devices, jobs)
    done = list(track(runs, "Simulating", total=seeds, console=console, transient=True))
    seconds = time.perf_counter() - began
    console.print(happenings(done))
    broken = [outcome for outcome in done if outcome.promise is not None]
    operations, events = sum(one.operations for one in done), sum(one.events for one in done)
    console.print(
        f"{seeds} runs of {steps} steps in {seconds:.0f} s on {jobs} processes ({seeds / seconds:.1f} a second); "
        f"{operations:,} operations made, {events:,} events recorded; {len(broken)} broken promises."
    )
    for outcome in broken[:MOST_TOLD]:
        tell(console, outcome, steps, devices)
    sys.exit(bool(broken))


def happenings(done: list[Outcome]) -> Table:
    """How often each kind of fault and step happened."""
    total = sum((outcome.happened for outcome in done), Counter[str]())
    table = Table("fault", "times", "runs with it", title="What happened")
    for name in (*RATES, *sorted(OFTEN)):
        table.add_row(name, f"{total[name]:,}", f"{sum(name in outcome.happened for outcome in done):,}")
        table.columns[1].justify = table.columns[2].justify = "right"
    return table


def tell(console: Console, outcome: Outcome, steps: int, devices: int | None) -> None:
    """A broken promise: what was seen, the steps that are enough to see it, and the command that repeats it."""
    schedule = schedule_of(outcome.seed, steps=steps, devices=devices)
    few = shortened(schedule, outcome.promise or "")
    console.print(f"\n[bold red]seed {outcome.seed}[/]: {outcome.promise}", highlight=False)
    console.print(f"  {outcome.seen}", markup=False, highlight=False)
    console.print(f"  {len(few)} of {len(schedule.steps)} steps are enough:")
    for step in few:
        console.print(f"    {step.kind} (phone {step.who}, dice {step.seed})", highlight=False)
    more = f" --devices {devices}" if devices else ""
    console.print(f"  ./run simulate --seeds 1 --from {outcome.seed} --steps {steps}{more}", highlight=False)


if __name__ == "__main__":
    simulate()
