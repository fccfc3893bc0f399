"""What a new database needs first: the virtual locations and a first user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import choice
from typing import NamedTuple
from uuid import UUID, uuid5

from callout.assembly import Application
from domain.access.user import Role, User
from domain.kernel.envelope import Envelope
from domain.kernel.instant import now
from domain.stock.location import VIRTUAL, Location
from store.password_rules import must_be_good

FIRST_LOGIN = "admin"
_LOCK = 7_266_432
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_USERS = UUID("2c2f54c5-4ac2-5f0c-9a5b-3f6fb0a9d1c7")


class FirstUser(NamedTuple):
    """The first administrator; `password` is None when the settings name it, otherwise it was made at random."""

    login: str
    password: str | None


def bootstrap(application: Application) -> FirstUser | None:
    """Register the virtual locations and, in a new database, a first user; returns that user if this call made one.

    `CALLOUT_ADMIN_PASSWORD` sets their password; raises `BadInput` for a common one. Of several processes at once, one
    does it and the others wait.
    """
    register_locations(application)
    with _alone(application):
        if _has_users(application):
            return None
        chosen = os.environ.get("CALLOUT_ADMIN_PASSWORD")
        if chosen:
            must_be_good(chosen, (FIRST_LOGIN,), "/CALLOUT_ADMIN_PASSWORD")
        password = chosen or new_password()
        # The same id each time: a start that was interrupted between the login and the event can be repeated.
        user = uuid5(_USERS, str(application.services.log.epoch()))
        add_user(application, user, login=FIRST_LOGIN, password=password, name="First administrator", roles=("admin",))
        return FirstUser(FIRST_LOGIN, None if chosen else password)


def register_locations(application: Application) -> None:
    """Register the virtual locations; those that exist already stay as they are."""
    with _alone(application):
        known = application.services.log.load(VIRTUAL.values())
        missing = [
            Location.register(id=id, kind=kind, name=kind.capitalize())
            for kind, id in VIRTUAL.items()
            if id not in known
        ]
        if missing:
            work = application.services.log.work()
            work.add(office_envelope(), *missing)
            work.commit()


def add_user(
    application: Application, user: UUID, *, login: str, password: str, name: str, roles: tuple[Role, ...]
) -> None:
    """Add a user who may sign in; raises `LoginTaken`, or `BadInput` for unknown roles."""
    registered = User.register(id=user, login=login, name=name, roles=roles)
    application.services.access.claim(user, login, password)
    work = application.services.log.work()
    work.add(office_envelope(), registered)
    work.commit()


def office_envelope() -> Envelope:
    """The envelope of events that the command line records; it has no actor."""
    return Envelope(occurred_at=now(), role="command_line")


def new_password() -> str:
    """A random password (60 bits) that can be read out and typed."""
    letters = "".join(choice(_LETTERS) for _ in range(12))
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))


def _has_users(application: Application) -> bool:
    return (
        application.services.log.pool.fetch_one("SELECT 1 FROM log.events WHERE topic = 'user.registered' LIMIT 1")
        is not None
    )


@contextmanager
def _alone(application: Application) -> Iterator[None]:
    with application.services.log.pool.transaction() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        yield
