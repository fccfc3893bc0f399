"""Access of office users: logins, passwords and sessions."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID, uuid4

from eventsourcing.persistence import IntegrityError

from domain.kernel.problem import NotFound, Refused
from domain.recording.backing import Change
from store.caller import LOCAL_CALLER, Caller
from store.connecting import Cursor
from store.hashing_queue import lane_of
from store.logins import fold, must_be_of_one_script, skeleton, spellings, visible
from store.passwords import Passwords
from store.pool import ConnectionPool
from store.proving import Proving, WrongPassword
from store.secrets import Secrets
from store.sessions import COMMAND_LINE, Limits, Sessions, token_hash

__all__ = ["Access", "LoginTaken", "LooksLikeAnother", "Session", "SignedIn", "WrongPassword", "fold", "token_hash"]

_IS_STALE: Final = """(
    p.claimed_at < now() - interval '1 minute' AND NOT EXISTS (SELECT FROM log.events WHERE stream = p.user_id)
)"""
"""Whether a row of `access.passwords AS p` is a claim whose user was not registered within a minute."""


class LoginTaken(Refused):
    """This login is taken; choose another one."""


class LooksLikeAnother(LoginTaken):
    """Another login looks the same as this one; choose another one."""


class Session(NamedTuple):
    """A user who has signed in, with the roles they have now."""

    user: UUID
    roles: tuple[str, ...]


class SignedIn(NamedTuple):
    """A new session with its token, which is returned only once."""

    user: UUID
    roles: tuple[str, ...]
    token: str


class Access:
    """Passwords (argon2id) and sessions. Whether users are enabled, and their roles, are read from the log."""

    def __init__(self, pool: ConnectionPool, passwords: Passwords | None = None, limits: Limits | None = None) -> None:
        self._pool = pool
        self._passwords = passwords or Passwords()
        self.secrets = Secrets(pool)
        self.proving = Proving(pool, self._passwords, self.secrets.accepted)
        self.sessions = Sessions(pool, limits)

    def claim(self, user: UUID, login: str, password: str) -> None:
        """Carry out `claiming` at once; again for the same user it changes the password."""
        change = self.claiming(user, login, password)
        try:
            with self._pool.transaction() as cursor:
                change(cursor)
        except IntegrityError:  # a look-alike was claimed concurrently
            raise LooksLikeAnother from None

    def claiming(self, user: UUID, login: str, password: str) -> Change:
        """The change that gives a login and a password to a user; it is committed with the event that registers them.

        Raises `LoginTaken`, `LooksLikeAnother`, or `BadInput` for a login that is not visible. A claim without an event
        within a minute is stale: it is ignored here, and the change deletes it.
        """
        kept, alike = visible(login)
        self._must_be_unique(user, login, alike)
        must_be_of_one_script(kept)
        values = (str(user), kept, alike, self._passwords.hash(password))

        def change(cursor: Cursor) -> None:
            cursor.execute(
                f"""
                DELETE FROM access.passwords AS p
                WHERE (login = ANY(%s) OR skeleton = %s) AND user_id <> %s AND {_IS_STALE}
                """,  # noqa: S608 - a condition of ours
                (spellings(login), alike, str(user)),
            )
            cursor.execute(
                """
                INSERT INTO access.passwords AS p (user_id, login, skeleton, hash) VALUES (%s, %s, %s, %s)
                ON CONFLICT (login) DO UPDATE SET hash = excluded.hash WHERE p.user_id = excluded.user_id
                RETURNING user_id
                """,
                values,
            )
            if cursor.fetchone() is None:
                raise LoginTaken

        return change

    def set_password(self, user: UUID, password: str) -> None:
        """Carry out `changing_password` at once."""
        change = self.changing_password(user, password)
        with self._pool.transaction() as cursor:
            change(cursor)

    def changing_password(
        self, user: UUID, password: str, *, but: UUID | None = None, generation: UUID | None = None
    ) -> Change:
        """The change that sets another password, of a new `generation`; it is committed with the event that records it.

        All sessions of the user end, except the session `but`. Reset codes issued before are void, and sign-ins that
        began with the previous password have to begin again.
        """
        hashed = self._passwords.hash(password, lane_of(user))

        def change(cursor: Cursor) -> None:
            cursor.execute(
                "UPDATE access.passwords SET hash = %s, generation = %s WHERE user_id = %s",
                (hashed, str(generation or uuid4()), str(user)),
            )
            if not cursor.rowcount:
                raise NotFound
            cursor.execute(
                "DELETE FROM access.sessions WHERE user_id = %s AND id IS DISTINCT FROM %s",
                (str(user), str(but) if but else None),
            )
            for table in ("reset_codes", "challenges"):
                cursor.execute(f"DELETE FROM access.{table} WHERE user_id = %s", (str(user),))  # noqa: S608 - names of ours

        return change

    def sign_in(self, login: str, password: str, caller: Caller = LOCAL_CALLER) -> SignedIn:
        """A new session for a user who needs no second factor; raises as `Proving.prove` does."""
        proven = self.proving.prove(login, password, caller)
        token = self.sessions.begin(proven.user, caller, generation=proven.generation)
        return SignedIn(proven.user, proven.roles, token)

    def begin_session(self, user: UUID) -> str:
        """The token of a new session without a password, for the operator at the command line."""
        return self.sessions.begin(user, factor=COMMAND_LINE)

    def login_of(self, user: UUID) -> str | None:
        """The login of a user, None when there is none."""
        row = self._pool.fetch_one("SELECT login FROM access.passwords WHERE user_id = %s", (str(user),))
        return row[0] if row else None

    def user_of(self, login: str) -> UUID | None:
        """The id of the user with this login, None when there is none."""
        row = self._pool.fetch_one("SELECT user_id FROM access.passwords WHERE login = ANY(%s)", (spellings(login),))
        return row[0] if row else None

    def session(self, token: str) -> Session | None:
        """The session of this token, None unless it is valid and its user enabled."""
        found = self.sessions.find(token)
        return Session(found.user, found.roles) if found else None

    def end(self, token: str) -> None:
        """Sign out: this token is invalid from now on."""
        self.sessions.end(token)

    def end_all(self, user: UUID) -> None:
        """Sign this user out everywhere."""
        self.sessions.end_all(user)

    def secret(self, name: str) -> bytes:
        """One of the server's own secrets (32 bytes) to sign with, made when it is first asked for."""
        return self.secrets.newest(name)

    def keep(self, name: str, value: bytes) -> bytes:
        """Store a value under a name unless there is one already; returns the stored one."""
        return self.secrets.keep(name, value)

    def _must_be_unique(self, user: UUID, login: str, alike: str) -> None:
        """Raise `LoginTaken` or `LooksLikeAnother` when another user has this login, or one that looks the same."""
        rows = self._pool.fetch_all(
            f"""
            SELECT login FROM access.passwords AS p
            WHERE user_id <> %s AND (login = ANY(%s) OR skeleton = %s OR skeleton IS NULL) AND NOT {_IS_STALE}
            """,  # noqa: S608 - a condition of ours
            (str(user), spellings(login), alike),
        )
        taken = {other for (other,) in rows}
        if not taken.isdisjoint(spellings(login)):
            raise LoginTaken
        if any(skeleton(other) == alike for other in taken):
            raise LooksLikeAnother
