"""The results of benchmarks, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.rounds import Outcome, Row, Timing
from benchmarks.rounds import Progress as ShowProgress


def show(console: Console, name: str, outcome: Outcome) -> None:
    """Print one table for each benchmark, its scenarios one below the other, and its goals."""
    if outcome.rows:
        console.print(_rates(name, outcome.rows))
    if outcome.timings:
        console.print(_times(name, outcome.timings))
    for note in outcome.notes:
        console.print(f"  {note}", highlight=False)
    for goal in outcome.goals:
        mark = "[green]met[/]" if goal.met else "[red]not met[/]"
        console.print(f"  {mark}  {goal.scenario}: {goal.words} ({_short(goal.reached)} of {_short(goal.factor)})")
    console.print()


def _rates(name: str, found: Sequence[Row]) -> Table:
    table = Table(title=name, title_justify="left", title_style="bold")
    for heading in ("", "a second", "lowest – highest", "client CPU", "ratio"):
        table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    for scenario, rows in groupby(found, key=lambda row: row.scenario):
        table.add_section()
        table.add_row(f"[bold]{scenario}")
        for row in rows:
            table.add_row(
                f"  {row.variant}",
                f"{_short(row.rate)} {row.unit}",
                f"{_short(row.lowest)} – {_short(row.highest)}",
                f"{_short(row.cpu_us)} µs",
                _short(row.ratio),
            )
    return table


def _times(name: str, found: Sequence[Timing]) -> Table:
    table = Table(title=name, title_justify="left", title_style="bold")
    for heading in ("", "median", "90 of 100 within", "ratio"):
        table.add_column(heading, justify="right" if heading else "left", overflow="fold")
    for timing in found:
        table.add_row(
            timing.variant, f"{_short(timing.median_ms)} ms", f"{_short(timing.p90_ms)} ms", _short(timing.ratio)
        )
    return table


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The same for a program; rates are things a second, `cpu_us` is the client's CPU for one."""
    return {
        "rows": [row._asdict() for row in outcome.rows],
        "timings": [timing._asdict() for timing in outcome.timings],
        "goals": [goal._asdict() | {"met": goal.met} for goal in outcome.goals],
        "notes": list(outcome.notes),
    }


@contextmanager
def progress_on(console: Console, name: str) -> Iterator[ShowProgress]:
    """The progress of a benchmark: a bar on a terminal, otherwise one line for each scenario."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(name)
        shown: set[str] = set()

        def report(scenario: str, done: int, of: int) -> None:
            bars.update(task, description=f"{name}: {scenario}", completed=done, total=of)
            if not console.is_terminal and scenario not in shown:
                shown.add(scenario)
                console.print(f"{name}: {scenario}", highlight=False)

        yield report


def _short(value: float) -> str:
    """A figure with as many digits as are significant."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"
