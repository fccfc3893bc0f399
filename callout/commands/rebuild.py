"""Rebuild views from the first event on, while reading and writing go on."""

from __future__ import annotations

import click


@click.command
@click.argument("views", nargs=-1, metavar="[VIEW]...")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def command(views: tuple[str, ...], as_json: bool) -> None:
    """Rebuild these views (or all) from the first event on, while reading and writing go on."""
    from callout.console import print_json, print_line, progress
    from callout.serving import open_application
    from callout.settings import Settings
    from callout.views import chosen
    from projections.catalogue import PROJECTIONS
    from projections.engine.failures import FoldError
    from projections.engine.rebuild import RebuildError, rebuild

    names = [each.name for each in chosen(views)]
    with (
        open_application(Settings.from_environment()) as application,
        progress("events", quiet=as_json) as show_progress,
    ):
        application.require_views()
        try:
            position = rebuild(application.services.projecting, PROJECTIONS, names, show_progress)
        except (FoldError, RebuildError) as error:
            raise click.ClickException(f"The views stay as they were: {error}.") from error
    if as_json:
        print_json({"views": names, "position": position})
        return
    print_line(f"Rebuilt, through position {position}: {', '.join(names)}.")
