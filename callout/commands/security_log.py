"""Show the security log: sign-ins, refusals, and changes of accounts and devices."""

from __future__ import annotations

from datetime import timedelta

import click

from callout.typed import Whole


@click.command
@click.option("--kind", help="Only this kind (sign_in.failed, user.roles_set, …).")
@click.option("--days", type=Whole(1, 3650), default=1, help="How many days back (1).")
@click.option("--limit", type=Whole(1, 10_000), default=200, help="How many events at most (200).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each event.")
def command(kind: str | None, days: int, limit: int, as_json: bool) -> None:
    """Show the latest security events, the newest first."""
    from callout.console import print_json, print_table
    from callout.screen import as_text, is_watched, print_records
    from callout.serving import open_application
    from callout.settings import Settings
    from domain.kernel.instant import now
    from projections.lookup.names import ids_in, names_of

    settings = Settings.from_environment()
    with open_application(settings) as application:
        since = now() - timedelta(days=days)
        found = application.services.security.page(limit=limit, kind=kind, since=since)
        with application.services.views.now() as reader:
            names = names_of(reader, ids_in([(each.user, each.actor) for each in found])) if is_watched() else {}
    if as_json:
        for each in found:
            print_json(each._asdict())
        return
    heads = ("at", "kind", "many", "address", "login", "user", "actor", "subject")
    rows = [[getattr(each, head) for head in heads] for each in found]
    if is_watched():
        print_records(heads, [[as_text(value, names, settings.zone) for value in row] for row in rows])
    else:
        print_table(heads, rows)
