"""What the command line prints: plain lines or JSON on stdout, tables, and progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.kernel.json_text import encode, plain


def print_line(sentence: str) -> None:
    """Print one line and flush it, also into a pipe."""
    click.echo(sentence)
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print one line of JSON; quantities are strings and instants RFC 3339 in UTC, as in the API."""
    print_line(to_json(value))


def to_json(value: Any) -> str:
    """JSON as the API writes it."""
    return encode(value).decode()


def print_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table with columns as wide as their widest cell, never truncated."""
    cells = [[head.upper() for head in heads], *([cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print_line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, called with (done, total); nothing when stderr is no terminal, or with `quiet`."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def cell(value: Any) -> str:
    """A value as one cell of a table."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return to_json(value)
    return plain(value) if isinstance(value, datetime | Decimal | bytes) else str(value)
