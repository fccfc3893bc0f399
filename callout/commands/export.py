"""Write out the whole log, or views, as NDJSON: one JSON object a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from callout.assembly import House

PAGE = 2_000


@click.command
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True), default="-")
@click.option("--view", "views", multiple=True, metavar="VIEW", help="The rows of this view instead; repeatable.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only events behind this position.")
@click.option("--json", "as_json", is_flag=True, help="Say how much it was as one line of JSON; needs a FILE.")
def command(file: str, views: tuple[str, ...], after: int, as_json: bool) -> None:
    """Write the events' records to FILE (stdout) as they are stored: personal words stay sealed.

    Rows of views hold words that can be read; those of erased people are in neither. Nobody but its owner may read the
    file.
    """
    from callout.console import progress, say, say_json
    from callout.serving import house
    from callout.settings import Settings
    from callout.views import chosen
    from store.security_log import Noted

    to_stdout = file == "-"
    if as_json and to_stdout:
        raise click.UsageError("With --json, name a FILE for the lines themselves.")
    projections = chosen(views) if views else []
    many = 0
    what = " ".join(views) if views else "events"
    with house(Settings.from_environment()) as built, progress("lines", quiet=as_json) as tell, _written(file) as out:
        built.ensure_views()
        built.services.security.note(Noted("export", subject=f"command line: {what}"))
        head = built.services.log.recorder.max_notification_id() or 0
        tables = [table.name for each in projections for table in each.tables]
        for line in _rows(built, tables) if views else _records(built, after, head):
            out.write(line + "\n")
            many += 1
            if many % PAGE == 0 and not views:
                tell(many, head - after)
    if as_json:
        say_json({"lines": many, "through": head})
    elif not to_stdout:
        say(f"Wrote {many} lines, through position {head}.")


@contextmanager
def _written(path: str) -> Iterator[TextIO]:
    """Where the lines go: stdout for `-`, otherwise a file that its owner alone may read."""
    if path == "-":
        yield sys.stdout
        return
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        os.fchmod(number, 0o600)  # it may have been there already
        yield file


def _records(built: House, after: int, through: int) -> Iterator[str]:
    while after < through:
        rows = built.services.log.pool.fetch_all(
            "SELECT record FROM log.events WHERE position > %s AND position <= %s ORDER BY position",
            (after, min(after + PAGE, through)),
        )
        yield from (record for (record,) in rows)
        after += PAGE


def _rows(built: House, tables: list[str]) -> Iterator[str]:
    from callout.console import to_json

    with built.services.views.now() as reader:
        for table in tables:
            for row in reader.fetch_all(f"SELECT * FROM {table}"):  # noqa: S608 - a table of our own
                yield to_json({"table": table, "row": row})
