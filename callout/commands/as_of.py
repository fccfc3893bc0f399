"""Show views as of a time in the past: what had happened by then, as far as it was recorded by another time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from callout.typed import Whole
from domain.kernel.digits import whole_number
from domain.kernel.instant import parse_instant
from domain.kernel.problem import BadInput

if TYPE_CHECKING:
    from callout.assembly import Application
    from projections.engine.table import Row, Table

MOST = 50


class Moment(click.ParamType[datetime | int]):
    """An instant as RFC 3339, or a position of the log where one is allowed."""

    name = "time"

    def __init__(self, *, or_position: bool = False) -> None:
        self._or_position = or_position

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime | int:
        """What was typed, as an instant or a position."""
        if isinstance(value, datetime | int):
            return value
        if self._or_position and (position := whole_number(str(value))) is not None:
            return position
        try:
            return parse_instant(value)
        except BadInput as problem:
            self.fail(problem.detail, param, ctx)


@click.command
@click.argument("time", type=Moment())
@click.argument("views", nargs=-1, required=True, metavar="VIEW...")
@click.option("--known-at", type=Moment(or_position=True), help="Only what was recorded by then: a time or a position.")
@click.option("--where", multiple=True, metavar="COLUMN=VALUE", help="Only rows with this value; repeatable.")
@click.option("--limit", type=Whole(1), help="Rows of a table at most (50, with --json all).")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each row.")
def command(
    *,
    time: datetime,
    views: tuple[str, ...],
    known_at: datetime | int | None,
    where: tuple[str, ...],
    limit: int | None,
    as_json: bool,
) -> None:
    """Show VIEWs from what had happened by TIME (like 2026-11-21T12:00:00+01:00) and was recorded by --known-at."""
    from callout.console import print_json, print_line
    from callout.serving import open_application
    from callout.settings import Settings
    from callout.views import chosen

    projections = chosen(views)
    wanted = [tuple(each.partition("=")[::2]) for each in where]
    most = limit or (None if as_json else MOST)
    with open_application(Settings.from_environment()) as application:
        past = application.services.views
        position = past.position_at(known_at) if isinstance(known_at, datetime) else known_at
        with past.at(projections, known_at=position, as_of=time) as reader:
            for table in (table for each in projections for table in each.tables):
                sql, values = _question(table, wanted, most)
                rows = reader.fetch_all(sql, values)
                if as_json:
                    for row in rows:
                        print_json({"table": table.name, "row": row})
                    continue
                print_line(f"{table.name}: {len(rows)} rows, known through position {reader.position}")
                _show(table, rows, application)


def _show(table: Table, rows: Sequence[Row], application: Application) -> None:
    """On a screen in the form that fits, with names for ids and without empty columns; otherwise unchanged."""
    from callout.console import print_table
    from callout.screen import as_text, is_watched, print_records
    from projections.lookup.names import ids_in, names_of

    if not is_watched():
        print_table(list(table.columns), [list(row.values()) for row in rows])
        return
    with application.services.views.now() as reader:
        names = names_of(reader, ids_in(rows))
    zone = application.settings.zone
    cells = [[row[name] if name == "id" else as_text(row[name], names, zone) for name in table.columns] for row in rows]
    filled = [number for number in range(len(table.columns)) if any(line[number] != "" for line in cells)]
    heads = [name.replace("_", " ") for name in table.columns]
    print_records([heads[number] for number in filled], [[line[number] for number in filled] for line in cells])


def _question(table: Table, wanted: Sequence[tuple[str, ...]], limit: int | None) -> tuple[str, list[Any]]:
    """The query for a table's rows; raises `click.BadParameter` for a column that it does not have."""
    for name, _ in wanted:
        if name not in table.columns:
            raise click.BadParameter(f"{table.name} has no column {name}; it has {', '.join(table.columns)}.")
    conditions = " AND ".join(f"{name}::text = %s" for name, _ in wanted) or "true"
    sql = f"SELECT * FROM {table.name} WHERE {conditions} ORDER BY {', '.join(table.key)} LIMIT %s"  # noqa: S608 - names are the table's own
    return sql, [*(value for _, value in wanted), limit]
