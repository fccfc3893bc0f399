"""Who of the office may come in: logins, passwords, sessions, and the brake on guessing."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from domain.problem import Kind, Problem, Refused
from store.login_brake import LoginBrake
from store.passwords import Passwords
from store.pool import ConnectionPool
from store.secrets import Secrets

SESSION: Final = timedelta(hours=12)


class LoginTaken(Refused):
    """Somebody has this login already; choose another one."""


class WrongPassword(Problem):
    """The login or the password is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "wrong-login"


class Session(NamedTuple):
    """A user who has signed in, with the roles they have now."""

    user: UUID
    roles: tuple[str, ...]


class SignedIn(NamedTuple):
    """A new session, with the token that will never be shown again."""

    user: UUID
    roles: tuple[str, ...]
    token: str


def token_hash(token: str) -> bytes:
    """What is stored of a token: it has 256 random bits, so a plain hash cannot be searched."""
    return sha256(token.encode()).digest()


class Access:
    """Passwords (argon2id) and sessions. Whether a user is enabled, and their roles, the log itself is asked."""

    def __init__(self, pool: ConnectionPool, passwords: Passwords | None = None) -> None:
        self._pool = pool
        self._passwords = passwords or Passwords()
        self._brake = LoginBrake(pool)
        self.secrets = Secrets(pool)

    def claim(self, user: UUID, login: str, password: str) -> None:
        """Give a login to a user who is about to be registered; again for the same user changes the password.

        Raises `LoginTaken`. A claim that no event has followed within a minute can be taken over.
        """
        self._pool.execute(
            """
            DELETE FROM access.passwords
            WHERE login = %s AND user_id <> %s AND claimed_at < now() - interval '1 minute'
                AND NOT EXISTS (SELECT FROM log.events WHERE stream = user_id)
            """,
            (fold(login), str(user)),
        )
        claimed = self._pool.execute(
            """
            INSERT INTO access.passwords AS p (user_id, login, hash) VALUES (%s, %s, %s)
            ON CONFLICT (login) DO UPDATE SET hash = excluded.hash WHERE p.user_id = excluded.user_id
            RETURNING user_id
            """,
            (str(user), fold(login), self._passwords.hash(password)),
        )
        if not claimed:
            raise LoginTaken

    def set_password(self, user: UUID, password: str) -> None:
        """Another password; whoever is signed in as this user has to sign in again."""
        hashed = self._passwords.hash(password)
        with self._pool.transaction() as cursor:
            cursor.execute("UPDATE access.passwords SET hash = %s WHERE user_id = %s", (hashed, str(user)))
            cursor.execute("DELETE FROM access.sessions WHERE user_id = %s", (str(user),))

    def sign_in(self, login: str, password: str) -> SignedIn:
        """A new session, good for `SESSION`; raises `WrongPassword`, also for a disabled user.

        Raises `TooManyAttempts` with `retry_after` seconds; an unknown login costs as much time as a known one.
        """
        self._brake.count(fold(login))
        row = self._pool.fetch_one(
            "SELECT user_id, hash, access.roles_of(user_id) FROM access.passwords WHERE login = %s", (fold(login),)
        )
        user, hashed, roles = row or (None, self._passwords.nobodys, None)
        if not self._passwords.fits(hashed, password) or user is None or not roles:
            raise WrongPassword
        self._brake.release(fold(login))
        return SignedIn(user, tuple(roles), self.let_in(user))

    def let_in(self, user: UUID) -> str:
        """The token of a new session for somebody who is known without a password: whoever runs the command line."""
        token = secrets.token_urlsafe(32)
        self._pool.execute(
            "INSERT INTO access.sessions (token_hash, user_id, expires_at) VALUES (%s, %s, now() + %s)",
            (token_hash(token), str(user), SESSION),
        )
        return token

    def user_of(self, login: str) -> UUID | None:
        """Who has this login."""
        row = self._pool.fetch_one("SELECT user_id FROM access.passwords WHERE login = %s", (fold(login),))
        return row[0] if row else None

    def session(self, token: str) -> Session | None:
        """Who this token belongs to, if it is good, has not expired, and its user may still come in."""
        row = self._pool.fetch_one(
            """
            SELECT user_id, access.roles_of(user_id) FROM access.sessions
            WHERE token_hash = %s AND expires_at > now()
            """,
            (token_hash(token),),
        )
        return Session(row[0], tuple(row[1])) if row and row[1] else None

    def end(self, token: str) -> None:
        """Sign out: this token opens nothing any more."""
        self._pool.execute("DELETE FROM access.sessions WHERE token_hash = %s", (token_hash(token),))

    def end_all(self, user: UUID) -> None:
        """Sign this user out everywhere."""
        self._pool.execute("DELETE FROM access.sessions WHERE user_id = %s", (str(user),))

    def secret(self, name: str) -> bytes:
        """One of the server's own secrets (32 bytes) to sign with, made when it is first asked for."""
        return self.secrets.newest(name)

    def keep(self, name: str, value: bytes) -> bytes:
        """Keep a value under a name, unless there is one already; the one that is kept."""
        return self.secrets.keep(name, value)


def fold(login: str) -> str:
    """A login as it is compared: case and outer blanks make no other one."""
    return login.strip().casefold()
