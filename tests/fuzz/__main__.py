"""Many generated requests at the office's API, `./run fuzz`: none may be answered by an unhandled error."""

from __future__ import annotations

import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from secrets import randbelow

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.fuzz.requests import Found, fuzz
from tests.support.databases import begin_run, end_run

PIECE = 2000
"""Requests on one database before the next one is made."""
MOST_SHOWN = 10


@click.command()
@click.option("--requests", default=2000, show_default=True, help="How many requests.")
@click.option("--seed", type=int, help="Where to start; drawn at random, and printed, without.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Processes.")
def main(requests: int, seed: int | None, jobs: int) -> None:
    """Generate requests from the API's own description, damage some of them, and count the replies by status."""
    console = Console()
    seed = randbelow(10**9) if seed is None else seed
    console.print(f"{requests:,} requests from seed {seed} on")
    begin_run()
    statuses, errors = Counter[int](), list[Found]()
    try:
        with ProcessPoolExecutor(jobs) as pool, Progress(console=console, transient=True) as progress:
            bar = progress.add_task("Asking", total=requests)
            sizes = [min(PIECE, requests - first) for first in range(0, requests, PIECE)]
            for piece in as_completed(pool.submit(fuzz, seed + number, size) for number, size in enumerate(sizes)):
                done = piece.result()
                statuses.update(done.statuses)
                errors += done.errors
                progress.advance(bar, sum(done.statuses.values()))
    finally:
        end_run()
    table = Table("status", "times", title="What was answered")
    for status, times in sorted(statuses.items()):
        table.add_row(str(status), f"{times:,}")
    console.print(table)
    for error in errors[:MOST_SHOWN]:
        console.print(f"\nseed {error.seed}: {error.status} to {error.asked}\n{error.answered}", markup=False)
    console.print(f"{sum(statuses.values()):,} requests from seed {seed} on; {len(errors)} unhandled errors.")
    sys.exit(bool(errors))


if __name__ == "__main__":
    main()
