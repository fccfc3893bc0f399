"""Commands about users: the author must be an admin when it is recorded, not only when it was requested."""

from __future__ import annotations

from uuid import UUID

from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.access.user import Role, User
from domain.kernel.problem import NotAllowed, Refused
from domain.work.technician import Technician
from projections.access.users import user as user_row
from projections.engine.views import Views
from store.access import Access, fold
from store.password_rules import must_be_good
from store.reset_codes import ResetCodes
from store.second_factors import forget_factors


class NotYourself(Refused):
    """You cannot do this to your own account; ask another admin."""


def register(
    context: CommandContext,
    id: UUID,
    *,
    login: str,
    password: str,
    name: str,
    roles: tuple[Role, ...],
    technician: UUID | None,
    access: Access,
) -> User:
    """Register a user, who can sign in with this login and password from now on.

    `technician` is their id as a technician, if any.
    Raises `BadInput` for a password that is not good enough, and the problems of `Access.claiming`.
    """
    must_be_admin_still(context)
    login = fold(login)
    must_be_good(password, (login, name))
    if technician is not None:
        context.work.get(Technician, technician)
    user = User.register(id=id, login=login, name=name, roles=roles, technician=technician)
    context.work.also(access.claiming(id, login, password))
    return user


def set_roles(context: CommandContext, id: UUID, *, roles: tuple[Role, ...]) -> User:
    """Replace the roles of a user; takes effect at their next request."""
    if id == context.by and "admin" not in roles:
        raise NotYourself
    user = _user(context, id)
    user.set_roles(roles)
    return user


def set_password(context: CommandContext, id: UUID, *, password: str, access: Access) -> User:
    """Set another password for a user; all their sessions end.

    Raises `BadInput` for a password that is not good enough.
    """
    user = _user(context, id)
    must_be_good_for(user.id, password, context.views, access)
    context.work.also(access.changing_password(user.id, password))
    user.record_password_change()
    return user


def issue_reset_code(context: CommandContext, id: UUID, *, seed: bytes, reset_codes: ResetCodes) -> Changed:
    """Issue a reset code derived from a secret seed; the reply has `expires_at`."""
    must_be_admin_still(context)
    user = context.work.get(User, id)
    user.record_reset_code()
    issue, expires_at = reset_codes.issuing(user.id, seed)
    context.work.also(issue)
    return Changed(user, (), {"expires_at": expires_at})


def reset_second_factors(context: CommandContext, id: UUID) -> User:
    """Remove the second factors of a user who has lost them, and end all their sessions."""
    user = _another(context, id)
    user.record_factors_reset()
    context.work.also(lambda cursor: forget_factors(cursor, user.id))
    return user


def erase(context: CommandContext, id: UUID) -> User:
    """Erase a user: login, name, sessions and credentials."""
    user = _another(context, id)
    user.erase()
    return user


def disable(context: CommandContext, id: UUID) -> User:
    """Disable a user; takes effect at their next request."""
    user = _another(context, id)
    user.disable()
    return user


def enable(context: CommandContext, id: UUID) -> User:
    """Let a disabled user sign in again."""
    user = _user(context, id)
    user.enable()
    return user


def must_be_good_for(user: UUID, password: str, views: Views, access: Access) -> None:
    """Raise `BadInput` for a password of this user that is too short, common, or contains their login or name."""
    with views.now() as reader:
        row = user_row(reader, user)
    login = access.login_of(user)
    must_be_good(password, (login or "", (row["name"] if row else None) or ""))


def must_be_admin_still(context: CommandContext) -> None:
    """Raise `NotAllowed` when the author was disabled or is no longer an admin.

    The append verifies what was read here: of two admins who disable each other at the same time, one remains.
    """
    author = context.work.find(User, context.by)
    if author is None or not author.is_enabled() or "admin" not in author.roles:
        raise NotAllowed


def _user(context: CommandContext, id: UUID) -> User:
    user = context.work.get(User, id)
    must_be_admin_still(context)
    return user


def _another(context: CommandContext, id: UUID) -> User:
    if id == context.by:
        raise NotYourself
    return _user(context, id)
