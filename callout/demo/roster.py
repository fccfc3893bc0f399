"""The users of the demo: everybody in the story, with passwords that are made once and kept in the home folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from callout.assembly import Application
from callout.bootstrap import add_user, new_password
from callout.demo.people import CLERKS
from callout.demo.steps import id_of

FILE = "demo.json"


class SignIn(NamedTuple):
    """The login, password and roles of a user."""

    login: str
    password: str
    roles: tuple[str, ...]


def roster(application: Application, home: Path) -> list[SignIn]:
    """Everybody in the story; registers those who are not yet, with the passwords of the file."""
    kept = _kept(home / FILE)
    passwords = {clerk.login: kept.get(clerk.login) or new_password() for clerk in CLERKS}
    _keep(home / FILE, passwords)
    for clerk in CLERKS:
        user, password = UUID(id_of(f"user:{clerk.login}")), passwords[clerk.login]
        if user not in application.services.log.load([user]):
            add_user(application, user, login=clerk.login, password=password, name=clerk.name, roles=clerk.roles)
        elif clerk.login not in kept:
            application.services.access.set_password(user, password)
    return [SignIn(clerk.login, passwords[clerk.login], clerk.roles) for clerk in CLERKS]


def _kept(file: Path) -> dict[str, str]:
    try:
        passwords: dict[str, str] = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return passwords


def _keep(file: Path, passwords: dict[str, str]) -> None:
    """Write a new file, readable by its owner alone, then rename it into place."""
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        json.dump(passwords, opened)
    fresh.replace(file)
