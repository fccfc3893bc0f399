"""Who of the office may come in: logins, passwords, sessions, and the brake on guessing."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Final, NamedTuple
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.problem import Kind, Problem, Refused
from store.pool import ConnectionPool

SESSION: Final = timedelta(hours=12)
FREE_ATTEMPTS: Final = 5
LONGEST_WAIT_SECONDS: Final = 300
_HASHING: Final = BoundedSemaphore(2)  # each takes 64 MiB and a core
_PATIENCE_SECONDS: Final = 10.0


class LoginTaken(Refused):
    """Somebody has this login already; choose another one."""


class WrongPassword(Problem):
    """The login or the password is wrong."""

    kind = Kind.UNAUTHENTICATED
    code = "wrong-login"


class TooManyAttempts(Problem):
    """There were too many attempts with this login; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class TooManyLogins(Problem):
    """Too many people are signing in at this moment; try again in a few seconds."""

    kind = Kind.UNAVAILABLE
    code = "overloaded"


class Session(NamedTuple):
    """A user who has signed in, with the roles they have now."""

    user: UUID
    roles: tuple[str, ...]


def token_hash(token: str) -> bytes:
    """What is stored of a token: it has 256 random bits, so a plain hash cannot be searched."""
    return sha256(token.encode()).digest()


class Access:
    """Passwords (argon2id) and sessions. Whether a user is enabled, and their roles, the log itself is asked."""

    def __init__(self, pool: ConnectionPool, hasher: PasswordHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or PasswordHasher()
        self._secrets: dict[str, bytes] = {}

    def claim(self, user: UUID, login: str, password: str) -> None:
        """Give a login to a user who is about to be registered; again for the same user changes the password.

        Raises `LoginTaken`. A claim that no event has followed within a minute can be taken over.
        """
        rows = self._pool.execute(
            """
            WITH freed AS (
                DELETE FROM access.passwords
                WHERE login = %(login)s AND user_id <> %(user)s AND claimed_at < now() - interval '1 minute'
                  AND NOT EXISTS (SELECT FROM log.events WHERE stream = user_id)
                RETURNING user_id
            )
            SELECT count(*) FROM freed
            """,
            {"login": fold(login), "user": str(user)},
        )
        del rows
        claimed = self._pool.execute(
            """
            INSERT INTO access.passwords AS p (user_id, login, hash) VALUES (%s, %s, %s)
            ON CONFLICT (login) DO UPDATE SET hash = excluded.hash WHERE p.user_id = excluded.user_id
            RETURNING user_id
            """,
            (str(user), fold(login), self._hash(password)),
        )
        if not claimed:
            raise LoginTaken

    def set_password(self, user: UUID, password: str) -> None:
        """Another password; whoever is signed in as this user has to sign in again."""
        hashed = self._hash(password)
        with self._pool.transaction() as cursor:
            cursor.execute("UPDATE access.passwords SET hash = %s WHERE user_id = %s", (hashed, str(user)))
            cursor.execute("DELETE FROM access.sessions WHERE user_id = %s", (str(user),))

    def sign_in(self, login: str, password: str) -> tuple[UUID, str]:
        """The user and a new session's token, good for `SESSION`; raises `WrongPassword`, also for a disabled user.

        Raises `TooManyAttempts` with `retry_after` seconds; an unknown login costs as much time as a known one.
        """
        self._count_attempt(login)
        row = self._pool.fetch_one("SELECT user_id, hash FROM access.passwords WHERE login = %s", (fold(login),))
        user, hashed = row or (None, self._dummy)
        if not self._fits(hashed, password) or user is None or not self._roles(user):
            raise WrongPassword
        token = secrets.token_urlsafe(32)
        with self._pool.transaction() as cursor:
            cursor.execute("DELETE FROM access.login_attempts WHERE login_hash = %s", (_login_hash(login),))
            if self._hasher.check_needs_rehash(hashed):
                cursor.execute(
                    "UPDATE access.passwords SET hash = %s WHERE user_id = %s", (self._hash(password), str(user))
                )
            cursor.execute(
                "INSERT INTO access.sessions (token_hash, user_id, expires_at) VALUES (%s, %s, now() + %s)",
                (token_hash(token), str(user), SESSION),
            )
        return user, token

    def session(self, token: str) -> Session | None:
        """Who this token belongs to, if it is good, has not expired, and its user may still come in."""
        row = self._pool.fetch_one(
            f"""
            SELECT s.user_id, {_ROLES} FROM access.sessions s
            WHERE s.token_hash = %s AND s.expires_at > now()
            """,  # noqa: S608 - the expression stands below
            (token_hash(token),),
        )
        return Session(row[0], tuple(row[1])) if row and row[1] else None
