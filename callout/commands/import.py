"""Import history from another system: commands as NDJSON, or tables of parts and opening stock, each line once."""  # noqa: N999 - the name of the command

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datetime import datetime

FORMATS = ["%Y-%m-%d"]


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "login", default="admin", show_default=True, help="The login of the user as whom the commands are recorded."
)
@click.option("--name", "--id", "name", help="The name of the import; another name makes it another import.")
@click.option("--through", help="Tables: the warehouse from which vans get their opening stock.")
@click.option("--as-of", type=click.DateTime(FORMATS), help="Tables: the day of the stock, where no column has it.")
@click.option("--decimal", type=click.Choice(["point", "comma"]), help="Tables: how decimals are written.")
@click.option("--replace", is_flag=True, help="Tables: correct what was recorded where the file differs.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and record nothing.")
@click.option("--keep-going", is_flag=True, help="Continue after a line that is refused.")
@click.option(
    "--retry-refused", is_flag=True, help="Try lines again that an earlier import refused; they are listed first."
)
@click.option(
    "--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused lines to this file."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(*, file: Path, as_of: datetime | None, **options: Any) -> int:
    """Import FILE, each command once: imported again, it continues where it stopped, and new lines are added.

    NDJSON: one command a line, {"do": PATH, "body": {...}}, with the paths and bodies of the API (/docs):

    \b
    {"do": "customers", "body": {"id": "...", "name": "Ada", "occurred_at": "2025-03-01T09:00:00+01:00"}}
    {"do": "customers/ID/add-site", "body": {...}}

    Tables (*.csv, *.tsv, *.txt): the columns number, name, unit, and if wanted language, tracking, criticality, cost
    (in cents), unit_cost, currency, location (by its name), quantity, as_of.
    """  # noqa: D301 - \b is click's mark for lines that are kept
    from callout.import_command import run

    return run(file, as_of=as_of.date() if as_of else None, **options)
