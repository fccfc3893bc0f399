"""Compare views with the log, row for row; exit code 1 when they differ."""

from __future__ import annotations

import click

MOST = 100


@click.command
@click.argument("views", nargs=-1, metavar="[VIEW]...")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for each view.")
def command(views: tuple[str, ...], as_json: bool) -> int:
    """Compare these views (or all) with the log, row for row, and name the rows that differ (then exit code 1)."""
    from callout.console import print_json, print_line, progress, to_json
    from callout.serving import open_application
    from callout.settings import Settings
    from callout.views import chosen
    from projections.catalogue import PROJECTIONS
    from projections.engine.verify import verify

    names, wrong = [each.name for each in chosen(views)], 0
    with (
        open_application(Settings.from_environment()) as application,
        progress("events", quiet=as_json) as show_progress,
    ):
        application.require_views()
        for view in verify(application.services.projecting, PROJECTIONS, names, show_progress):
            wrong += len(view.differences)
            if as_json:
                print_json(view._asdict() | {"differences": [each._asdict() for each in view.differences]})
                continue
            outcome = f"{len(view.differences)} DIFFERENCES" if view.differences else "as the log says"
            print_line(f"{view.name}: {sum(view.rows.values())} rows through position {view.position}, {outcome}.")
            for each in view.differences[:MOST]:
                key, what = ", ".join(map(str, each.key)), each.column or "the whole row"
                print_line(f"  {each.table} {key}: {what} is {to_json(each.live)}, should be {to_json(each.expected)}")
    return 1 if wrong else 0
