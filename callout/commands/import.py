"""Take in history from elsewhere: NDJSON of commands, or CSV of parts and opening stock; goes on where it stopped."""  # noqa: N999 - the word itself

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from callout.assembly import House
    from callout.importing import Entry


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", default="admin", show_default=True, help="Whose commands these are.")
@click.option("--name", "--id", "name", help="What the import is called; another name makes all of it another import.")
@click.option("--through", help="CSV: the warehouse from which vans get their opening stock.")
@click.option("--keep-going", is_flag=True, help="Go on behind a line that is refused.")
@click.option(
    "--retry-refused", is_flag=True, help="Try again what an earlier import refused, behind all that came since."
)
@click.option("--json", "as_json", is_flag=True, help="Say what came of it as one line of JSON.")
def command(
    *,
    file: Path,
    login: str,
    name: str | None,
    through: str | None,
    keep_going: bool,
    retry_refused: bool,
    as_json: bool,
) -> int:
    """Import FILE, each command once: imported again, it goes on where it stopped, and new lines are added.

    NDJSON: one command a line, {"do": PATH, "body": {...}}, with the paths and bodies of the API (/docs):

    \b
    {"do": "customers", "body": {"id": "...", "name": "Ada", "occurred_at": "2025-03-01T09:00:00+01:00"}}
    {"do": "customers/ID/add-site", "body": {...}}

    CSV (*.csv): the columns number, name, unit, and if wanted language, tracking, criticality, cost (in cents),
    currency, location (by its name), quantity.
    """  # noqa: D301 - \b is click's mark for lines that are kept
    from callout.console import progress, say, say_json
    from callout.importing import Importer
    from callout.serving import house
    from callout.settings import Settings

    with file.open("rb") as counted:
        lines = sum(1 for _ in counted)
    with house(Settings.from_environment()) as built, progress(file.name, quiet=as_json) as tell:
        user = built.services.access.user_of(login)
        if user is None:
            raise click.BadParameter(f"There is no user {login}; say --as LOGIN.")
        importer = Importer(built, user, file.name, name)
        if retry_refused:
            say(f"{file.name}: what was refused before is tried again now, behind all that was recorded since.")
        outcome = importer.run(
            _entries(built, file, through),
            keep_going=keep_going,
            retry=retry_refused,
            tell=lambda line: tell(line, lines),
        )
    if as_json:
        say_json({"file": name or file.name, **outcome._asdict()})
    else:
        say(f"{name or file.name}: {outcome.done} commands done, {outcome.already} had been done before.")
    for line, why in outcome.refused:
        start = "" if why.startswith("line ") else f"{file.name} line {line}: "
        click.echo(f"callout: {start}{why}", err=True)
    return 1 if outcome.refused else 0


def _entries(built: House, file: Path, through: str | None) -> Iterator[Entry]:
    from callout.command_file import commands
    from callout.stock_file import StockFile

    built.require_views()
    if file.suffix.lower() != ".csv":
        return commands(file)
    projector = built.projector()
    while projector.run_once():  # what an earlier import recorded may not be in the views yet
        pass
    return StockFile(built, through).entries(file)
