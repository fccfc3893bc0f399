"""Restore a backup, into an empty database or in the place of what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from store.backup.manifest import Progress


@click.command
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--replace", is_flag=True, help="Delete the log that the database holds.")
@click.option(
    "--erasures",
    "lists",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another list of erased people, such as another machine's; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(folder: Path, replace: bool, lists: tuple[Path, ...], as_json: bool) -> None:
    """Restore the backup in FOLDER: into DATABASE_URL, or into the embedded database of CALLOUT_HOME.

    Every server and worker has to be stopped. The master key that the backup was made with has to be where it was. A
    database that holds a log is refused without --replace. The log begins a new epoch, so that devices send again what
    it has lost, and whoever was erased since is erased again.
    """
    from callout.console import print_json, print_line, progress
    from callout.restoring import restore
    from callout.serving import database
    from callout.settings import Settings

    settings = Settings.from_environment()

    @contextmanager
    def stage(name: str) -> Iterator[Progress]:
        with progress(name, quiet=as_json) as show_progress:
            yield show_progress

    with database(settings) as (dsn, _):
        if dsn is None:
            raise click.UsageError("Name the login that migrates in DATABASE_URL.")
        restored = restore(settings, dsn, folder, lists, stage, replace=replace)
    if as_json:
        print_json(restored._asdict() | {"epoch": str(restored.epoch)})
        return
    print_line(f"Restored through position {restored.position}; the log's new epoch is {restored.epoch}.")
    print_line(
        f"Erased again: {restored.erased_again}. Views rebuilt: {len(restored.views)}. Everybody has to sign in again."
    )
