"""Output of the command line for people: lines that fit the screen, with names instead of ids."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from shutil import get_terminal_size
from textwrap import wrap
from typing import Any, Final
from uuid import UUID

from callout.console import cell, print_line
from domain.kernel.instant import parse_instant
from domain.kernel.local_time import format_local
from domain.kernel.problem import BadInput
from projections.lookup.names import ids_in

LEAST: Final = 40
"""The fewest columns that are assumed."""
PIPED: Final = 100
"""The columns where the output is no screen."""
_INDENT: Final = "    "


def is_watched() -> bool:
    """Whether the output goes to a screen, not into a pipe or file."""
    return sys.stdout.isatty()


def width() -> int:
    """The number of columns of the screen."""
    return max(LEAST, get_terminal_size((PIPED, 24)).columns)


def print_wrapped(line: str, indent: str = _INDENT) -> None:
    """Print a line, wrapped and indented where the screen is too narrow; nothing is cut off."""
    for each in wrap(line, width(), subsequent_indent=indent, break_on_hyphens=False) or [""]:
        print_line(each)


def as_text(value: Any, names: Mapping[UUID, str], zone: str) -> str:
    """A value as text: names for ids, clock times of the zone for instants, members separated by commas."""
    match value:
        case bool():
            text = "yes" if value else "no"
        case Mapping():
            text = ", ".join(_members(value, names, zone))
        case list() | tuple():
            text = "; ".join(as_text(each, names, zone) for each in value)
        case datetime():
            text = format_local(value, zone).replace("T", " ")
        case str() | UUID():
            text = _text(value, names, zone)
        case _:
            text = cell(value)
    return text


def print_records(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows as a table where it fits the screen, else each row as its members that are not empty, wrapped."""
    cells = [[cell(value) for value in row] for row in rows]
    widths = [max(map(len, (head, *column))) for head, *column in zip(heads, *cells, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) <= width():
        for line in ([head.upper() for head in heads], *cells):
            print_line("  ".join(each.ljust(wide) for each, wide in zip(line, widths, strict=True)).rstrip())
        return
    for line in cells:
        print_wrapped("  ".join(f"{head}: {each}" for head, each in zip(heads, line, strict=True) if each))


def _members(value: Mapping[str, Any], names: Mapping[UUID, str], zone: str) -> Iterator[str]:
    for name, inner in value.items():
        if inner is None or inner in ("", [], {}, ()):
            continue
        if name == "amount" and isinstance(value.get("currency"), str):
            yield f"{inner} {value['currency']} (minor units)"
        elif name != "currency" or "amount" not in value:
            yield f"{name.rstrip('_').replace('_', ' ')}: {as_text(inner, names, zone)}"


def _text(value: str | UUID, names: Mapping[UUID, str], zone: str) -> str:
    """A text as it is, unless it is an id or an instant."""
    for id in ids_in(value):
        return names.get(id, f"{str(id)[:8]}…")
    text = str(value)
    if len(text) < len("2026-11-21T15:40:02Z") or text[10] != "T":
        return text
    try:
        return as_text(parse_instant(text), {}, zone)
    except BadInput:
        return text
