"""Name the database roles of those who serve, or print the SQL that makes them."""

from __future__ import annotations

import click


@click.command
@click.option("--print-sql", is_flag=True, help="SQL for a superuser, where whoever migrates may not make roles.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON: each role by what it is for.")
def command(print_sql: bool, as_json: bool) -> None:
    """Name the roles as which those who serve sign in to the database; nothing is changed there.

    Their passwords follow from the master key. With --print-sql a superuser gets what makes them; no password stands in
    it. `callout migrate` and `callout serve` do the rest.
    """
    from callout.console import say, say_json, say_table
    from callout.master_key import master_key
    from callout.settings import Settings
    from store.complete_dsn import completed, must_name_its_database
    from store.provisioning import script
    from store.roles import database_of, login_of, roles_of

    settings = Settings.from_environment()
    url = settings.database_url or settings.runtime_url
    if url is None:
        raise click.UsageError("The embedded database makes its roles itself; name another one in DATABASE_URL.")
    url = must_name_its_database(url) if settings.database_url is None else completed(url)
    roles = roles_of(database_of(url), master_key(settings))
    names = {logical.removeprefix("callout_"): name for logical, name in roles.names.items()}
    if print_sql:
        say(script(roles, login_of(url)))
    elif as_json:
        say_json(names)
    else:
        say_table(("role", "signs in as"), names.items())
