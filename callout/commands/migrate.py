"""Bring the database to the present: its schema, and the views whose shape has changed."""

from __future__ import annotations

import click


@click.command
@click.option("--json", "as_json", is_flag=True, help="Say what was done as one line of JSON.")
def command(as_json: bool) -> None:
    """Bring the database to the present: its schema, then the views whose shape has changed.

    Views are remade beside the live ones, so others may go on reading and writing.
    """
    from callout.assembly import Application
    from callout.bootstrap import register_locations
    from callout.console import progress, say, say_json
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
        say_json({"applied": applied, "views": views})
        return
    say(f"Migrations applied: {', '.join(applied) or 'none, the schema is up to date'}.")
    say(f"Views made: {', '.join(views) or 'none, all have the right shape'}.")
