"""Migrate the database: its schema, and the views whose shape has changed."""

from __future__ import annotations

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one line of JSON.")
def command(as_json: bool) -> None:
    """Migrate the database: its schema, then the views whose shape has changed.

    Views are rebuilt beside the live ones, while reading and writing go on.
    """
    from callout.assembly import Application
    from callout.bootstrap import register_locations
    from callout.console import print_json, print_line, progress
    from callout.serving import database
    from callout.settings import Settings
    from store.role_passwords import invalidate_passwords

    settings = Settings.from_environment()
    with database(settings) as (dsn, _):
        if dsn is None:
            raise click.UsageError("Name the login that migrates in DATABASE_URL; CALLOUT_RUNTIME_URL may not migrate.")
        invalidate_passwords(dsn)
        with (
            Application(settings, dsn, migrating=True) as application,
            progress("views", quiet=as_json) as show_progress,
        ):
            applied = application.applied
            register_locations(application)
            views = application.ensure_views(show_progress)
    if as_json:
        print_json({"applied": applied, "views": views})
        return
    print_line(f"Migrations applied: {', '.join(applied) or 'none, the schema is up to date'}.")
    print_line(f"Views rebuilt: {', '.join(views) or 'none, all have the right shape'}.")
