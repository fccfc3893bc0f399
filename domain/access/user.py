"""A user of the office: their login, their roles, and whether they may sign in. Passwords are kept elsewhere."""

from typing import Any, ClassVar, Literal, get_args
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, Personal, event
from domain.kernel.bad_input import bad_member
from domain.kernel.problem import Refused

Role = Literal["technician", "dispatcher", "agent", "stock_keeper", "biller", "service_manager", "auditor", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)


class UserIsErased(Refused):
    """The user was erased; register another one."""


class User(Entity):
    """Somebody who signs in."""

    TOPIC: ClassVar[str] = "user"

    roles: tuple[Role, ...]
    enabled: bool
    erased: bool

    class Registered(Begun):
        """Login and name are personal data; until version 2 the login was stored as plain text."""

        TOPIC: ClassVar[str] = "user.registered"
        class_version: ClassVar[int] = 2
        roles: tuple[Role, ...]
        technician: UUID | None = None
        login: Personal = None
        name: Personal = None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """The login keeps its place; it has become personal."""

    class RolesSet(Entity.Event):
        TOPIC: ClassVar[str] = "user.roles_set"
        roles: tuple[Role, ...]
        previous: tuple[Role, ...]

    class Disabled(Entity.Event):
        TOPIC: ClassVar[str] = "user.disabled"

    class Enabled(Entity.Event):
        TOPIC: ClassVar[str] = "user.enabled"

    class PasswordChanged(Entity.Event):
        TOPIC: ClassVar[str] = "user.password_changed"

    class Erased(Entity.Event):
        TOPIC: ClassVar[str] = "user.erased"

    class ResetCodeIssued(Entity.Event):
        TOPIC: ClassVar[str] = "user.reset_code_issued"

    class SecondFactorsReset(Entity.Event):
        TOPIC: ClassVar[str] = "user.second_factors_reset"

    @classmethod
    def register(
        cls,
        *,
        id: UUID,
        login: str,
        name: str,
        roles: tuple[Role, ...],
        technician: UUID | None = None,
    ) -> "User":
        """A new user; the caller makes sure that no other user has this login."""
        roles = in_order(roles)
        return cls.begin(cls.Registered, id=id, login=login, name=name, roles=roles, technician=technician)

    # Questions

    def is_enabled(self) -> bool:
        """Whether the user is not disabled."""
        return self.enabled

    # Decisions

    def set_roles(self, roles: tuple[Role, ...]) -> None:
        """Replace their roles; the same ones again change nothing."""
        self._must_be_there()
        roles = in_order(roles)
        if roles != self.roles:
            self.trigger_event(self.RolesSet, roles=roles, previous=self.roles)

    def disable(self) -> None:
        """Disable the user; doing so twice changes nothing."""
        if self.enabled:
            self.trigger_event(self.Disabled)

    def enable(self) -> None:
        """Enable the user again."""
        self._must_be_there()
        if not self.enabled:
            self.trigger_event(self.Enabled)

    def erase(self) -> None:
        """Erase the user: they are disabled and their key is destroyed; doing so twice changes nothing."""
        self.disable()
        if not self.erased:
            self.trigger_event(self.Erased)

    def _must_be_there(self) -> None:
        if self.erased:
            raise UserIsErased

    # Facts

    def record_password_change(self) -> None:
        """Record that the password changed; neither it nor its hash is ever part of the log."""
        self.trigger_event(self.PasswordChanged)

    def record_reset_code(self) -> None:
        """Record that a reset code was issued; the code is never part of the log."""
        self._must_be_there()
        self.trigger_event(self.ResetCodeIssued)

    def record_factors_reset(self) -> None:
        """Record that all second factors were removed."""
        self.trigger_event(self.SecondFactorsReset)

    # Changes

    @event(Registered)
    def __init__(self, roles: tuple[Role, ...]) -> None:
        self.roles = roles
        self.enabled = True
        self.erased = False

    @event(RolesSet)
    def _(self, roles: tuple[Role, ...]) -> None:
        self.roles = roles

    @event(Disabled)
    def _(self) -> None:
        self.enabled = False

    @event(Enabled)
    def _(self) -> None:
        self.enabled = True

    @event(Erased)
    def _(self) -> None:
        self.erased = True


def in_order(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """The roles once each, in the order of `ROLES`; raises `BadInput` for none at all or one that does not exist."""
    if not roles or not set(roles) <= set(ROLES):
        raise bad_member("/roles", f"A user has at least one of these roles: {', '.join(ROLES)}.")
    return tuple(role for role in ROLES if role in roles)
