"""Users of the office: their logins, roles and whether they are enabled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, TypedDict
from uuid import UUID

from domain.access.user import User
from domain.recording.recorded import Recorded
from projections.engine.projection import Projection, Rows, on
from projections.engine.reader import Reader
from projections.engine.row_change import change_row, changed_by
from projections.engine.table import Key, Row, Table


class UserRow(TypedDict):
    """A user; one who was erased has an empty login and no name."""

    id: UUID
    login: str
    name: str | None
    roles: list[str]
    technician: UUID | None
    enabled: bool
    erased: bool
    password_changed_at: datetime | None
    position: int
    version: int


USERS = Table.of(
    "users",
    UserRow,
    key=("id",),
    indexes=(("technician",),),
)


class Users(Projection):
    """One row per user. The command, not this table, keeps logins unique.

    An erased user has an empty login and no name.
    """

    name: ClassVar[str] = "users"
    tables: ClassVar[tuple[Table, ...]] = (USERS,)
    version: ClassVar[int] = 2

    def touches(self, event: Recorded) -> Iterable[tuple[Table, Key]]:
        """The user."""
        yield USERS, (event.stream,)

    @on(User.Registered)
    def _registered(self, event: Recorded[User.Registered], rows: Rows) -> None:
        fields = {"login": event.data.login or "", "name": event.data.name, "technician": event.data.technician}
        row = {"id": event.stream, "roles": list(event.data.roles), "enabled": True, "erased": False}
        row["password_changed_at"] = None
        rows.put(USERS, row | fields | changed_by(event))

    @on(User.RolesSet)
    def _roles_set(self, event: Recorded[User.RolesSet], rows: Rows) -> None:
        self._change(event, rows, {"roles": list(event.data.roles)})

    @on(User.Disabled)
    def _disabled(self, event: Recorded[User.Disabled], rows: Rows) -> None:
        self._change(event, rows, {"enabled": False})

    @on(User.Enabled)
    def _enabled(self, event: Recorded[User.Enabled], rows: Rows) -> None:
        self._change(event, rows, {"enabled": True})

    @on(User.PasswordChanged)
    def _password_changed(self, event: Recorded[User.PasswordChanged], rows: Rows) -> None:
        self._change(event, rows, {"password_changed_at": event.occurred_at})

    @on(User.Erased)
    def _erased(self, event: Recorded[User.Erased], rows: Rows) -> None:
        self._change(event, rows, {"login": "", "name": None, "erased": True})

    @on(User.ResetCodeIssued, User.SecondFactorsReset)
    def _touched(self, event: Recorded[User.ResetCodeIssued | User.SecondFactorsReset], rows: Rows) -> None:
        self._change(event, rows, {})

    def _change(self, event: Recorded, rows: Rows, fields: Row) -> None:
        change_row(rows, USERS, event, fields)


def user(reader: Reader, user_id: UUID) -> UserRow | None:
    """One user."""
    return reader.row(UserRow, "SELECT * FROM users WHERE id = %s", (user_id,))


def users(
    reader: Reader,
    *,
    limit: int,
    after: tuple[str, UUID] | None = None,
    login: str | None = None,
    enabled: bool | None = None,
) -> list[UserRow]:
    """At most `limit` users by login, those behind `after` (login, id of the last one seen)."""
    return reader.rows(
        UserRow,
        """
        SELECT * FROM users
        WHERE (%(after)s IS NULL OR (login, id) > %(after)s)
          AND (%(login)s IS NULL OR login = %(login)s)
          AND (%(enabled)s IS NULL OR enabled = %(enabled)s)
        ORDER BY login, id
        LIMIT %(limit)s
        """,
        {"limit": limit, "after": after, "login": login, "enabled": enabled},
    )
