"""Write the whole log, or views, as NDJSON: one JSON object on each line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import click

from callout.typed import Whole

if TYPE_CHECKING:
    from callout.assembly import Application

PAGE = 2_000


@click.command
@click.argument("file", default="-")
@click.option("--view", "views", multiple=True, metavar="VIEW", help="The rows of this view instead; repeatable.")
@click.option("--after", type=Whole(0), default=0, help="Only events after this position.")
@click.option("--json", "as_json", is_flag=True, help="Print the number of lines as one line of JSON; needs a FILE.")
def command(file: str, views: tuple[str, ...], after: int, as_json: bool) -> None:
    """Write the events' records to FILE (stdout) as they are stored: personal text stays sealed.

    Only its owner may read FILE. Rows of views hold readable personal text. That of erased people is in neither, but
    events that were recorded before logins and names of employees were sealed hold these in plain text for ever.
    """
    from callout.console import print_json, print_line, progress
    from callout.serving import open_application
    from callout.settings import Settings
    from callout.views import chosen
    from store.noted import Noted

    to_stdout = file == "-"
    if as_json and to_stdout:
        raise click.UsageError("With --json, name a FILE for the exported lines.")
    projections = chosen(views) if views else []
    many = 0
    what = " ".join(views) if views else "events"
    with (
        open_application(Settings.from_environment()) as application,
        progress("lines", quiet=as_json) as show_progress,
    ):
        application.require_views()
        application.services.security.note(Noted("export", subject=f"command line: {what}"))
        head = application.services.log.recorder.max_notification_id() or 0
        tables = [table.name for each in projections for table in each.tables]
        with _opened(file) as target:
            for line in _rows(application, tables) if views else _records(application, after, head):
                target.write(line + "\n")
                many += 1
                if many % PAGE == 0 and not views:
                    show_progress(many, head - after)
    if as_json:
        print_json({"lines": many, "through": head})
    elif not to_stdout:
        print_line(f"Wrote {many} lines, through position {head}.")


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    """The file to write to, emptied, and readable by its owner alone."""
    if file == "-":
        with click.open_file(file, "w", encoding="utf-8") as stdout:
            yield stdout
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
            os.ftruncate(descriptor, 0)
        yield target


def _records(application: Application, after: int, through: int) -> Iterator[str]:
    while after < through:
        rows = application.services.log.pool.fetch_all(
            "SELECT record FROM log.events WHERE position > %s AND position <= %s ORDER BY position",
            (after, min(after + PAGE, through)),
        )
        yield from (record for (record,) in rows)
        after += PAGE


def _rows(application: Application, tables: list[str]) -> Iterator[str]:
    from callout.console import to_json

    with application.services.views.now() as reader:
        for table in tables:
            for row in reader.fetch_all(f"SELECT * FROM {table}"):  # noqa: S608 - a table of our own
                yield to_json({"table": table, "row": row})
