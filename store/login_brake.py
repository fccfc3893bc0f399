"""The brake on guessing passwords: some attempts with a login are free, then each wait doubles."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from domain.problem import Kind, Problem
from store.pool import ConnectionPool

FREE_ATTEMPTS: Final = 5
LONGEST_WAIT_SECONDS: Final = 300
_DOUBLINGS: Final = 20


class TooManyAttempts(Problem):
    """There were too many attempts with this login; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class LoginBrake:
    """Counts attempts by login, whether there is such a login or not."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def count(self, login: str) -> None:
        """Count an attempt before looking at it, so that many at once are counted too.

        Raises `TooManyAttempts` with `retry_after` in seconds.
        """
        counted = self._pool.execute(
            """
            INSERT INTO access.login_attempts AS a (login_hash, attempts, last_at) VALUES (%(login)s, 1, now())
            ON CONFLICT (login_hash) DO UPDATE
            SET attempts = CASE WHEN a.last_at < now() - interval '1 day' THEN 1 ELSE a.attempts + 1 END,
                last_at = now()
            WHERE a.attempts < %(free)s
                OR a.last_at <= now() - least(2 ^ least(a.attempts - %(free)s, %(doublings)s), %(most)s)
                    * interval '1 second'
            RETURNING attempts
            """,
            {
                "login": _hash(login),
                "free": FREE_ATTEMPTS,
                "doublings": _DOUBLINGS,
                "most": LONGEST_WAIT_SECONDS,
            },
        )
        if not counted:
            raise TooManyAttempts(retry_after=self._wait(login))

    def release(self, login: str) -> None:
        """Forget the attempts with this login: the last one was right."""
        self._pool.execute("DELETE FROM access.login_attempts WHERE login_hash = %s", (_hash(login),))

    def _wait(self, login: str) -> int:
        row = self._pool.fetch_one(
            """
            SELECT attempts, extract(epoch FROM now() - last_at)::integer FROM access.login_attempts
            WHERE login_hash = %s
            """,
            (_hash(login),),
        )
        attempts, ago = row or (FREE_ATTEMPTS, 0)
        wait = min(2 ** min(attempts - FREE_ATTEMPTS, _DOUBLINGS), LONGEST_WAIT_SECONDS)
        return max(1, int(wait - ago))


def _hash(login: str) -> bytes:
    return sha256(login.encode()).digest()
