"""Users of the office: who may sign in, and in which roles."""

from __future__ import annotations

import hmac
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import Response

from api.http.account import log_user
from api.http.command_route import command_response, request_of
from api.http.erasure import finish_erasure
from api.http.fields import Choice, Flag, Id, Many, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import DONE, Body, Command, Creation, Page
from api.http.services import services
from commands.access import users as commands
from commands.running.context import CommandContext
from domain.access.user import ROLES, User
from projections.access import users as view
from store.enrolment_code import code_of
from store.password_rules import LONGEST

users = Noun("users", "Users of the office and their roles.")


CODE: Final[dict[str, Any]] = DONE | {
    "required": [*DONE["required"], "code", "expires_at"],
    "properties": DONE["properties"]
    | {
        "code": {"type": "string", "description": "Valid once, for a day; it is not shown again."},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}


class Roles(Command):
    """All roles that the user has from now on."""

    roles = Many(Choice(ROLES), least=1, most=len(ROLES), required=True)


class Password(Command):
    """A new password."""

    password = Text(LONGEST, required=True)


class NewUser(Creation, Roles, Password):
    """A new user, who may sign in."""

    login = Text(200, required=True)
    name = Text(200, required=True)
    technician = Id(load_default=None, metadata={"description": "The technician that this user is, if any."})


class Filters(Page):
    """Which users."""

    login = Text(200)
    enabled = Flag()


@users.creates(User, NewUser)
def create_user(context: CommandContext, body: Body, id: UUID) -> User:
    """Register a user with a login, password and roles."""
    log_user(id)
    return commands.register(context, id, access=services().access, **body)


@users.command("set-roles", Roles)
def set_roles(context: CommandContext, body: Body, id: UUID) -> User:
    """Set the roles of a user; takes effect with their next request."""
    return commands.set_roles(context, id, **body)


@users.command("set-password", Password)
def set_password(context: CommandContext, body: Body, id: UUID) -> User:
    """Set a new password for a user; all their sessions end."""
    return commands.set_password(context, id, access=services().access, **body)


@users.plain_route("POST", "/<uuid:id>/reset-code", Command, 201, CODE)
def create_reset_code(body: Body, id: UUID) -> Response:
    """A one-time code with which the user sets a new password, valid for a day; earlier codes become invalid."""
    request = request_of(body)
    # Derived from the request and not stored, as enrolment codes are.
    codes, secrets = services().reset_codes, services().access.secrets.accepted("reset-codes")
    seed = codes.seed_of(id, (hmac.digest(each, request.operation.bytes, "sha256") for each in secrets))
    issue = partial(commands.issue_reset_code, id=id, seed=seed, reset_codes=codes)
    return command_response(services().runner.run(request, issue, status=201), {"code": code_of(seed)})


@users.command("reset-second-factors")
def reset_second_factors(context: CommandContext, _: Body, id: UUID) -> User:
    """Remove all second factors of a user, and end all their sessions."""
    return commands.reset_second_factors(context, id)


@users.command("erase", after=finish_erasure)
def erase(context: CommandContext, _: Body, id: UUID) -> User:
    """Erase a user: their login, name, sessions and credentials.

    What they did stays on record under their id. Their technician, if any, is erased separately.
    """
    return commands.erase(context, id)


@users.command("disable")
def disable(context: CommandContext, _: Body, id: UUID) -> User:
    """Disable a user; takes effect with their next request."""
    return commands.disable(context, id)


@users.command("enable")
def enable(context: CommandContext, _: Body, id: UUID) -> User:
    """Let a disabled user sign in again."""
    return commands.enable(context, id)


@users.lists(view.UserRow, Filters)
def list_users(query: dict[str, Any]) -> Response:
    """The users, by login."""
    with open_reader(query, view.Users()) as reader:
        rows = view.users(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("login", "id"))


@users.shows(view.UserRow)
def show_user(query: dict[str, Any], id: UUID) -> Response:
    """One user."""
    with open_reader(query, view.Users()) as reader:
        return item_response(reader, view.user(reader, id))
