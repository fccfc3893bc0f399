"""Users of the office: who may sign in, and in which roles."""

from __future__ import annotations

import hmac
from typing import Any, Final
from uuid import UUID

from flask import Response, g

from api.access.changing_users import change_user, must_be_admin_still
from api.http import office
from api.http.account import must_be_good_for
from api.http.fields import Choice, Flag, Id, Many, Text
from api.http.forgetting import forgotten
from api.http.noun import Noun
from api.http.order import Order
from api.http.reading import filters, looking, one, page, paged
from api.http.schemas import DONE, Body, Command, Creation, Page
from api.http.services import services
from api.http.who import asking
from domain.access.user import ROLES, User
from domain.kernel.problem import Refused
from domain.recording.unit_of_work import Work
from domain.work.technician import Technician
from projections.access import users as view
from store.access import fold
from store.enrolment_code import code_of
from store.password_rules import LONGEST, must_be_good
from store.second_factors import forget_factors

users = Noun("users", "Users of the office and their roles.")


CODE: Final[dict[str, Any]] = DONE | {
    "required": [*DONE["required"], "code", "expires_at"],
    "properties": DONE["properties"]
    | {
        "code": {"type": "string", "description": "Good once, for a day; shown to you and nobody else."},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}


class NotYourself(Refused):
    """Nobody takes the key out of their own hand: ask another admin to do this."""


class Roles(Command):
    """The roles that a user has from now on, and no others."""

    roles = Many(Choice(ROLES), least=1, most=len(ROLES), required=True)


class Password(Command):
    """A new password."""

    password = Text(LONGEST, required=True)


class NewUser(Creation, Roles, Password):
    """Somebody who may sign in."""

    login = Text(200, required=True)
    name = Text(200, required=True)
    technician = Id(load_default=None, metadata={"description": "The technician who this user is, if any."})


class Filters(Page):
    """Which users."""

    login = Text(200)
    enabled = Flag()


@users.creates(NewUser)
def create(body: Body) -> Response:
    """Register a user, who can sign in with this login and password from now on."""
    who = asking()

    def make(id: UUID, work: Work) -> User:
        g.about_user = id
        must_be_admin_still(work, who)
        login, password = fold(body["login"]), body["password"]
        must_be_good(password, (login, body["name"]))
        if body["technician"] is not None:
            work.get(Technician, body["technician"])
        user = User.register(id=id, login=login, name=body["name"], roles=body["roles"], technician=body["technician"])
        work.also(services().access.claiming(id, login, password))
        return user

    return office.create(who, User, body, make)


@users.command("set-roles", Roles)
def set_roles(body: Body, id: UUID) -> Response:
    """Give a user these roles and no others; it holds from their next request on."""
    who = asking()
    if id == who.id and "admin" not in body["roles"]:
        raise NotYourself
    return change_user(who, id, body, lambda user, _: user.set_roles(body["roles"]))


@users.command("set-password", Password)
def set_password(body: Body, id: UUID) -> Response:
    """Give a user another password; they have to sign in again everywhere."""
    who = asking()

    def decide(user: User, work: Work) -> None:
        must_be_good_for(user.id, body["password"])
        work.also(services().access.changing_password(user.id, body["password"]))
        user.record_password_change()

    return change_user(who, id, body, decide)


@users.opens("POST", "/<uuid:id>/reset-code", Command, 201, CODE)
def reset_code(body: Body, id: UUID) -> Response:
    """A one-time code with which the user sets another password, good for a day; one made before is good no more."""
    who = asking()
    order = Order(who, body)
    # Derived and not stored, as codes for devices are.
    secrets = services().access.secrets.accepted("reset-codes")
    seed = services().reset_codes.seed_of(id, (hmac.digest(each, order.operation.bytes, "sha256") for each in secrets))

    def decide(work: Work) -> office.Decided:
        must_be_admin_still(work, who)
        user = work.get(User, id)
        user.record_reset_code()
        change, expires_at = services().reset_codes.issuing(user.id, seed)
        work.also(change)
        return office.Decided(user, (), {"expires_at": expires_at})

    return office.carry_out(order, decide, 201, unkept=lambda: {"code": code_of(seed)})


@users.command("reset-second-factors")
def reset_second_factors(body: Body, id: UUID) -> Response:
    """Forget the second factors of a user who has lost them, and sign them out everywhere."""
    who = asking()
    if id == who.id:
        raise NotYourself

    def decide(user: User, work: Work) -> None:
        user.record_factors_reset()
        work.also(lambda cursor: forget_factors(cursor, user.id))

    return change_user(who, id, body, decide)


@users.command("erase")
def erase(body: Body, id: UUID) -> Response:
    """Forget a user for good: their login and name, their sessions and all that let them in.

    What they did stays on record under their id. A technician who they are is erased apart.
    """
    who = asking()
    if id == who.id:
        raise NotYourself
    return forgotten(change_user(who, id, body, lambda user, _: user.erase()))


@users.command("disable")
def disable(body: Body, id: UUID) -> Response:
    """Let a user in no more; it holds from their next request on."""
    who = asking()
    if id == who.id:
        raise NotYourself
    return change_user(who, id, body, lambda user, _: user.disable())


@users.command("enable")
def enable(body: Body, id: UUID) -> Response:
    """Let a disabled user sign in again."""
    who = asking()
    return change_user(who, id, body, lambda user, _: user.enable())


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
