"""Who of the office may come in: logins, passwords, sessions, and the brake on guessing."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
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

    def __init__(self, pool: ConnectionPool, hasher: PasswordHasher | None = None) -> None:
        self._pool = pool
        self._hasher = hasher or PasswordHasher()
        self._secrets: dict[str, bytes] = {}

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

    def sign_in(self, login: str, password: str) -> SignedIn:
        """A new session, good for `SESSION`; raises `WrongPassword`, also for a disabled user.

        Raises `TooManyAttempts` with `retry_after` seconds; an unknown login costs as much time as a known one.
        """
        self._count_attempt(login)
        row = self._pool.fetch_one(
            "SELECT user_id, hash, access.roles_of(user_id) FROM access.passwords WHERE login = %s", (fold(login),)
        )
        user, hashed, roles = row or (None, self._dummy, None)
        if not self._fits(hashed, password) or user is None or not roles:
            raise WrongPassword
        token = secrets.token_urlsafe(32)
        with self._pool.transaction() as cursor:
            cursor.execute("DELETE FROM access.login_attempts WHERE login_hash = %s", (_login_hash(login),))
            cursor.execute("DELETE FROM access.sessions WHERE expires_at < now()")
            cursor.execute(
                "INSERT INTO access.sessions (token_hash, user_id, expires_at) VALUES (%s, %s, now() + %s)",
                (token_hash(token), str(user), SESSION),
            )
        return SignedIn(user, tuple(roles), token)

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
        """One of the server's own secrets (32 bytes), made when it is first asked for and the same ever after."""
        if name not in self._secrets:
            self._pool.execute(
                "INSERT INTO access.secrets (name, value) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (name, secrets.token_bytes(32)),
            )
            row = self._pool.fetch_one("SELECT value FROM access.secrets WHERE name = %s", (name,))
            assert row is not None, "a secret that was stored can be read"
            self._secrets[name] = bytes(row[0])
        return self._secrets[name]

    def _count_attempt(self, login: str) -> None:
        """Count before looking, so that many at once are counted too; some are free, then each wait doubles."""
        allowed = self._pool.execute(
            """
            INSERT INTO access.login_attempts AS a (login_hash, attempts, last_at) VALUES (%(login)s, 1, now())
            ON CONFLICT (login_hash) DO UPDATE
            SET attempts = CASE WHEN a.last_at < now() - interval '1 day' THEN 1 ELSE a.attempts + 1 END,
                last_at = now()
            WHERE a.attempts < %(free)s
                OR a.last_at <= now() - least(2 ^ least(a.attempts - %(free)s, 20), %(most)s) * interval '1 second'
            RETURNING attempts
            """,
            {"login": _login_hash(login), "free": FREE_ATTEMPTS, "most": LONGEST_WAIT_SECONDS},
        )
        if not allowed:
            row = self._pool.fetch_one(
                "SELECT attempts, extract(epoch FROM now() - last_at)::integer FROM access.login_attempts"
                " WHERE login_hash = %s",
                (_login_hash(login),),
            )
            attempts, ago = row or (FREE_ATTEMPTS, 0)
            wait = min(2 ** min(attempts - FREE_ATTEMPTS, 20), LONGEST_WAIT_SECONDS)
            raise TooManyAttempts(retry_after=max(1, wait - ago))

    @cached_property
    def _dummy(self) -> str:
        """The hash of a password that nobody has."""
        return self._hash(secrets.token_urlsafe(32))

    def _hash(self, password: str) -> str:
        with _one_of_two():
            return self._hasher.hash(password)

    def _fits(self, hashed: str, password: str) -> bool:
        with _one_of_two():
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False


@contextmanager
def _one_of_two() -> Iterator[None]:
    if not _HASHING.acquire(timeout=_PATIENCE_SECONDS):
        raise TooManyLogins
    try:
        yield
    finally:
        _HASHING.release()


def fold(login: str) -> str:
    """A login as it is compared: case and outer blanks make no other one."""
    return login.strip().casefold()


def _login_hash(login: str) -> bytes:
    return sha256(fold(login).encode()).digest()
