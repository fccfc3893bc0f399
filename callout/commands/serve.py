"""Serve the office and the devices, with a worker, and the embedded database unless DATABASE_URL names one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from callout.typed import Whole

if TYPE_CHECKING:
    from callout.bootstrap import FirstUser


@click.command
@click.option("--host", help="Where to listen (CALLOUT_HOST, 127.0.0.1).")
@click.option("--port", type=Whole(0, 65535), help="Which port (CALLOUT_PORT, 8080); 0 takes a free one.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON when ready.")
def command(host: str | None, port: int | None, as_json: bool) -> None:
    """Serve until Ctrl-C: HTTP, the worker, and the embedded PostgreSQL unless DATABASE_URL names another one.

    A new database is migrated and gets a first administrator, whose password is printed once
    (CALLOUT_ADMIN_PASSWORD sets it).
    """
    from callout.bootstrap import bootstrap
    from callout.journal import write_journal
    from callout.serving import serve
    from callout.settings import Settings

    settings = Settings.from_environment()
    write_journal(settings.log_level)
    first: list[FirstUser | None] = []
    serve(
        settings,
        settings.host if host is None else host,
        settings.port if port is None else port,
        lambda running: _print_ready(running.url, first[0], as_json=as_json),
        prepare=lambda application: first.append(bootstrap(application)),
    )


def _print_ready(url: str, first: FirstUser | None, *, as_json: bool) -> None:
    from callout.console import print_json, print_line

    if as_json:
        print_json({"url": url, "first_user": first._asdict() if first else None})
        return
    print_line(f"callout serves at {url} (documentation: {url}/docs). Ctrl-C ends it.")
    if first is not None:
        password = "from CALLOUT_ADMIN_PASSWORD" if first.password is None else f"{first.password} (shown this once)"
        print_line(f"First administrator: login {first.login}, password {password}.")
