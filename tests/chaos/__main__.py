"""The command `chaos`: processes are killed and connections cut while devices work, then everything is checked."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.chaos.plan import CONTROLS, Plan
from tests.chaos.report import Report, show, show_control
from tests.chaos.run import OnProgress, run

WIDTH = 120


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--operations", default=10_000, show_default=True, type=click.IntRange(100), help="How many to make.")
@click.option("--kills", default=30, show_default=True, type=click.IntRange(0), help="How many processes to kill.")
@click.option("--devices", default=12, show_default=True, type=click.IntRange(2, 200), help="A quarter on files.")
@click.option("--seed", default=1, show_default=True, help="Of all dice; processes keep their own time.")
@click.option("--minutes", default=20.0, show_default=True, help="The longest that the load may take.")
@click.option("--control", type=click.Choice(list(CONTROLS)), help="Only this planted bug, at the given size.")
@click.option("--no-controls", is_flag=True, help="Leave out the small runs with planted bugs afterwards.")
def main(control: str | None, *, no_controls: bool, **size: Any) -> None:
    """Send operations from many devices while processes of the server are killed, and check the result.

    Afterwards the same in small on servers with planted bugs, each of which must be found. The exit code is 0 if
    nothing was lost or doubled and every planted bug was found.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that all is ended and nothing stays behind
    plan = Plan(control=control, **size)
    stderr, stdout = Console(stderr=True), Console()
    if not stdout.is_terminal:
        stdout = Console(width=WIDTH)
    fine = True
    if control is None:
        report = _run(stderr, plan)
        show(stdout, report)
        fine = not report.findings
    for each in [plan] if control else [] if no_controls else [plan.with_control(name) for name in CONTROLS]:
        found = _run(stderr, each)
        show_control(stdout, found)
        fine = fine and found.caught()
    sys.exit(0 if fine else 1)


def _run(console: Console, plan: Plan) -> Report:
    with _progress(console, plan.control or "chaos") as on_progress:
        return run(plan, on_progress)


@contextmanager
def _progress(console: Console, name: str) -> Iterator[OnProgress]:
    """A progress bar on a terminal; elsewhere a line for each phase and tenth."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(name)
        last = ("", -1)

        def on_progress(what: str, done: int, of: int) -> None:
            nonlocal last
            bars.update(task, description=f"{name}: {what}", completed=done, total=of)
            now = (what.partition(",")[0], 10 * done // max(of, 1))
            if not console.is_terminal and now != last:
                last = now
                console.print(f"{name}: {what} ({done:,} of {of:,})", highlight=False)

        yield on_progress


if __name__ == "__main__":
    main()
