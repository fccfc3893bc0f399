"""Users of the office: who may sign in, and in which roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, validates_schema

from api import office
from api.fields import Choice, Flag, Id, Many, Text
from api.noun import Noun
from api.reading import filters, looking, one, page, paged
from api.schemas import Body, Command, Creation, Page
from api.services import services
from api.who import asking
from domain.problem import Refused
from domain.technician import Technician
from domain.user import ROLES, User
from projections import users as view
from store.access import fold
from store.work import Work

users = Noun("users", "Users of the office and their roles.")
SHORTEST_PASSWORD = 10


class NotYourself(Refused):
    """Nobody takes the key out of their own hand: ask another admin to do this."""


class Roles(Command):
    """The roles that a user has from now on, and no others."""

    roles = Many(Choice(ROLES), least=1, most=len(ROLES), required=True)


class Password(Command):
    """A new password."""

    password = Text(200, SHORTEST_PASSWORD, required=True)


class NewUser(Creation, Roles, Password):
    """Somebody who may sign in."""

    login = Text(200, required=True)
    name = Text(200, required=True)
    technician = Id(load_default=None, metadata={"description": "The technician who this user is, if any."})

    @validates_schema
    def differ(self, data: Mapping[str, Any], **_: Any) -> None:
        """A password is not the login."""
        if fold(data["password"]) == fold(data["login"]):
            raise ValidationError("The password is another word than the login.", "password")


class Filters(Page):
    """Which users."""

    login = Text(200)
    enabled = Flag()


@users.creates(NewUser)
def create(body: Body) -> Response:
    """Register a user, who can sign in with this login and password from now on."""
    who = asking()

    def make(id: UUID, work: Work) -> User:
        login, password = fold(body["login"]), body["password"]
        if body["technician"] is not None:
            work.get(Technician, body["technician"])
        user = User.register(id=id, login=login, name=body["name"], roles=body["roles"], technician=body["technician"])
        services().access.claim(id, login, password)
        return user

    return office.create(who, User, body, make)


@users.command("set-roles", Roles)
def set_roles(body: Body, id: UUID) -> Response:
    """Give a user these roles and no others; it holds from their next request on."""
    who = asking()
    if id == who.id and "admin" not in body["roles"]:
        raise NotYourself
    return office.change(who, User, id, body, lambda user, _: user.set_roles(body["roles"]))


@users.command("set-password", Password)
def set_password(body: Body, id: UUID) -> Response:
    """Give a user another password; they have to sign in again everywhere."""
    who = asking()

    def decide(user: User, _: Work) -> None:
        services().access.set_password(user.id, body["password"])
        user.record_password_change()

    return office.change(who, User, id, body, decide)


@users.command("disable")
def disable(body: Body, id: UUID) -> Response:
    """Let a user in no more; it holds from their next request on."""
    who = asking()
    if id == who.id:
        raise NotYourself
    return office.change(who, User, id, body, lambda user, _: user.disable())


@users.command("enable")
def enable(body: Body, id: UUID) -> Response:
    """Let a disabled user sign in again."""
    who = asking()
    return office.change(who, User, id, body, lambda user, _: user.enable())


@users.lists(view.USERS, Filters)
def registered(query: dict[str, Any]) -> Response:
    """The users, by login."""
    asking()
    with looking(query, view.Users()) as reader:
        rows = view.users(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("login", "id"))


@users.shows(view.USERS)
def user(query: dict[str, Any], id: UUID) -> Response:
    """One user."""
    asking()
    with looking(query, view.Users()) as reader:
        return one(reader, view.user(reader, id))
