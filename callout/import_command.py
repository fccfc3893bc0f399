"""The command `import`: runs an import or its dry run and prints the result."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from callout.assembly import Application
from callout.command_file import commands
from callout.console import print_json, print_line, progress
from callout.import_keys import Keys
from callout.import_rehearsal import Rehearsed, rehearse
from callout.import_rejects import Reject, Rejects, nowhere
from callout.importing import Importer
from callout.serving import open_application
from callout.settings import Settings
from callout.stock_file import StockFile
from callout.table_numbers import Mark

TABLES = (".csv", ".tsv", ".txt")


def run(
    file: Path,
    *,
    login: str,
    name: str | None,
    through: str | None,
    as_of: date | None,
    decimal: Mark | None,
    replace: bool,
    dry_run: bool,
    keep_going: bool,
    retry_refused: bool,
    rejects: Path | None,
    as_json: bool,
) -> int:
    """Import a file and print the result; exit code 1 when a line was refused or differs, else 0."""
    with file.open("rb") as counted:
        lines = sum(1 for _ in counted)
    with open_application(Settings.from_environment()) as application, ExitStack() as open_files:
        user = application.services.access.user_of(login)
        if user is None:
            raise click.BadParameter(f"There is no user {login}; say --as LOGIN.")
        application.require_views()

        def table() -> StockFile | None:
            if file.suffix.lower() not in TABLES:
                return None
            projector = application.projector()
            while projector.run_once():  # what an earlier import recorded may not be in the views yet
                pass
            more: Any = {"through": through, "replace": replace, "as_of": as_of, "decimal": decimal}
            return StockFile(application, file, name=name or "", **more)

        stock = table()
        if stock is not None and not as_json:
            print_line(f"{file.name}: {stock.read_as()}")
        if dry_run or retry_refused:
            found = _rehearsed(application, user, file, name, stock, retry=retry_refused)
            _print_plan(file, found, stock, as_json=as_json, all_of_it=dry_run)
            if dry_run:
                return 1 if found.refused or (stock is not None and stock.differs) else 0
            stock = table()
        reject: Reject = nowhere
        if rejects is not None:
            of_table = (stock.headings, stock.written) if stock is not None else ()
            reject = open_files.enter_context(Rejects(rejects, *of_table)).add
        show = open_files.enter_context(progress(file.name, quiet=as_json))
        outcome = Importer(application, user, file.name, name).run(
            stock.entries() if stock is not None else commands(file),
            keep_going=keep_going,
            retry=retry_refused,
            on_progress=lambda line: show(line, lines),
            reject=reject,
        )
    differs = stock.differs if stock is not None else []
    if as_json:
        of_stock = {"read": stock.read_as(), "differs": differs} if stock is not None else {}
        print_json({"file": name or file.name, **outcome._asdict(), **of_stock})
    else:
        print_line(f"{name or file.name}: {outcome.done} commands done, {outcome.already} had been done before.")
    _print_problems(file, [*outcome.refused, *differs])
    return 1 if outcome.refused or differs else 0


def _rehearsed(
    application: Application, user: UUID, file: Path, name: str | None, stock: StockFile | None, *, retry: bool
) -> Rehearsed:
    keys = Keys(application.services.log.operations, user, name, file.name)
    entries = stock.entries() if stock is not None else commands(file)
    return rehearse(application, user, keys, entries, retry=retry)


def _print_plan(file: Path, found: Rehearsed, stock: StockFile | None, *, as_json: bool, all_of_it: bool) -> None:
    """Tell what would be done: all of it, or what would be tried again."""
    if as_json:
        if all_of_it:
            differs = {"differs": stock.differs} if stock is not None else {}
            result = found._asdict()
            result["untold"] = result.pop("undecided")
            print_json({"file": file.name, "dry_run": True, **result, **differs})
        return
    for line, why in found.retried:
        print_line(f"line {line}: to be tried again, after {found.later} that were imported since: {why}")
    if not all_of_it:
        return
    for line, do in found.new:
        print_line(f"line {line}: new: {do}")
    for line, do in found.undecided:
        print_line(f"line {line}: {do}: to be decided when the lines before it are recorded")
    _print_problems(file, [*found.refused, *(stock.differs if stock is not None else [])])
    print_line(
        f"{file.name}: {len(found.new)} new, {found.same} the same, {len(found.refused)} refused; nothing was recorded."
    )


def _print_problems(file: Path, lines: list[tuple[int, str]]) -> None:
    for line, why in sorted(lines):
        start = "" if why.startswith("line ") else f"{file.name} line {line}: "
        click.echo(f"callout: {start}{why}", err=True)
