"""Serve a demo on this machine: an invented repair company with a week of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callout.typed import Whole

if TYPE_CHECKING:
    from callout.assembly import Application
    from callout.demo.roster import SignIn


@click.command
@click.option("--host", help="Where to listen (CALLOUT_HOST, 127.0.0.1).")
@click.option("--port", type=Whole(0, 65535), help="Which port (CALLOUT_PORT, 8080); 0 takes a free one.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON when ready: address, users, ids.")
def command(host: str | None, port: int | None, as_json: bool) -> None:
    """Serve an invented repair company until Ctrl-C.

    The first start sends the company's past week, the next ones continue from there. Everything is in CALLOUT_HOME
    (.callout): remove that folder to start again.
    """
    from callout.bootstrap import register_locations
    from callout.demo.roster import roster
    from callout.demo.welcome import show
    from callout.journal import write_journal
    from callout.serving import serve
    from callout.settings import Settings

    settings = Settings.from_environment()
    settings.home.mkdir(mode=0o711, parents=True, exist_ok=True)
    people: list[SignIn] = []
    if not as_json:
        new = settings.database_url is None and not (settings.home / "postgres").exists()
        click.echo(f"callout: starting the server{', with a database of its own' if new else ''}", err=True)

    def prepare(application: Application) -> None:
        register_locations(application)
        people.extend(roster(application, settings.home))

    with (settings.home / "demo.log").open("a") as journal:
        write_journal(settings.log_level, journal)
        serve(
            settings,
            settings.host if host is None else host,
            settings.port if port is None else port,
            lambda running: show(running, people, as_json=as_json),
            prepare=prepare,
            output=journal.fileno(),
        )
