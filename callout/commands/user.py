"""Add users, who may sign in."""

from __future__ import annotations

import os
from uuid import uuid4

import click

from domain.access.user import ROLES, Role


@click.group
def command() -> None:
    """Add users, who may sign in."""


@command.command
@click.argument("login")
@click.option("--name", help="The name (the login unless it is given).")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, required=True, help="A role; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one line of JSON.")
def add(login: str, name: str | None, roles: tuple[Role, ...], as_json: bool) -> None:
    """Add a user, with the password in CALLOUT_PASSWORD or a random one, which is printed once."""
    from callout.bootstrap import add_user, new_password
    from callout.console import print_json, print_line
    from callout.serving import open_application
    from callout.settings import Settings
    from store.noted import Noted
    from store.password_rules import must_be_good

    user, given = uuid4(), os.environ.get("CALLOUT_PASSWORD")
    password = given or new_password()
    with open_application(Settings.from_environment()) as application:
        if given:
            must_be_good(given, (login, name or ""))
        add_user(application, user, login=login, password=password, name=name or login, roles=roles)
        application.services.security.note(Noted("user.created", user=user, subject=f"command line: {' '.join(roles)}"))
    if as_json:
        print_json({"id": user, "login": login, "roles": roles, "password": None if given else password})
        return
    print_line(f"Added {login} ({', '.join(roles)})." + ("" if given else f" Password, shown this once: {password}"))
