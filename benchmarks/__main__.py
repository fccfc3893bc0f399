"""The command `bench`: run benchmarks, each beside its baseline in the same run, and show ratios."""

from __future__ import annotations

import signal
import sys
from typing import Any

import click
import orjson
from rich.console import Console

from benchmarks.catalogue import BENCHMARKS, ONLY_NAMED
from benchmarks.place import found_place
from benchmarks.report import as_json, progress_on, show

WIDTH = 120


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME]...", type=click.Choice(list(BENCHMARKS)))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1, 100), help="Slices of each variant.")
@click.option("--database", metavar="DSN", help="An existing server instead of an embedded one; databases are made.")
@click.option("--json", "as_document", is_flag=True, help="Print one JSON document instead of tables.")
def main(names: tuple[str, ...], rounds: int, database: str | None, as_document: bool) -> None:  # noqa: FBT001
    """Run all benchmarks, or those named.

    Read the ratios: absolute figures depend on the machine. Two run only when they are named: growing, which records
    100,000 events (or CALLOUT_GROWING) of one thing after the other and counts what they cost, and side-by-side, which
    installs Kinto and pouchdb-server in a temporary folder and does the same work with them.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server is stopped and its files are removed
    progress_console, shown = Console(stderr=True), Console()
    if not shown.is_terminal:
        shown = Console(width=WIDTH)
    document: dict[str, Any] = {}
    with found_place(database) as place:
        facts = place.facts()
        if not as_document:
            shown.print("  ".join(f"{name} {value}" for name, value in facts.items()), highlight=False)
        for name in names or (each for each in BENCHMARKS if each not in ONLY_NAMED):
            with progress_on(progress_console, name) as progress:
                outcome = BENCHMARKS[name](place, rounds, progress)
            document[name] = as_json(outcome)
            if not as_document:
                show(shown, name, outcome)
    if as_document:
        sys.stdout.buffer.write(orjson.dumps({"machine": facts, "benchmarks": document}) + b"\n")


if __name__ == "__main__":
    main()
