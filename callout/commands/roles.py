"""Print the run-time roles of the database, or the SQL that makes them."""

from __future__ import annotations

import click


@click.command
@click.option(
    "--print-sql", is_flag=True, help="SQL for a superuser, where the login that migrates may not make roles."
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON: each role by its purpose.")
def command(print_sql: bool, as_json: bool) -> None:
    """Print the roles with which servers and workers sign in to the database; changes nothing.

    Their passwords follow from the master key. --print-sql prints what a superuser has to run to make them; no password
    stands in it. `callout migrate` and `callout serve` do the rest.
    """
    from callout.console import print_json, print_line, print_table
    from callout.master_key import master_key
    from callout.settings import Settings
    from store.complete_dsn import completed, must_name_its_database
    from store.provisioning import script
    from store.roles import database_of, login_of, roles_of

    settings = Settings.from_environment()
    url = settings.database_url or settings.runtime_url
    if url is None:
        raise click.UsageError("The embedded database makes its roles itself; name another database in DATABASE_URL.")
    url = must_name_its_database(url) if settings.database_url is None else completed(url)
    roles = roles_of(database_of(url), master_key(settings))
    names = {logical.removeprefix("callout_"): name for logical, name in roles.names.items()}
    if print_sql:
        print_line(script(roles, login_of(url)))
    elif as_json:
        print_json(names)
    else:
        print_table(("role", "signs in as"), names.items())
