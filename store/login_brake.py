"""Limits on password attempts: waits that double per login and origin, and a rate per address."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Final

from domain.kernel.problem import Kind, Problem
from store.pool import ConnectionPool

FREE_ATTEMPTS: Final = 5
LONGEST_WAIT_SECONDS: Final = 300
ADDRESS_BURST: Final = 30
"""The number of failed attempts that an address has at once, with any logins."""
ADDRESS_SECONDS: Final = 20
"""The seconds after which an address has one more attempt."""
_DOUBLINGS: Final = 20
_WAITS: Final = {"free": FREE_ATTEMPTS, "doublings": _DOUBLINGS, "most": LONGEST_WAIT_SECONDS}


class TooManyAttempts(Problem):
    """There were too many attempts with this login; wait before the next one."""

    kind = Kind.RATE_LIMITED
    code = "rate-limited"


class LoginBrake:
    """Counts attempts by login and origin, whether the login exists or not.

    `login` is in its folded form; `origin` is an address, or a device that has signed in with it before. So attempts
    from elsewhere do not slow down the owner.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def count(self, login: str, origin: str = "") -> datetime:
        """Count an attempt before it is checked, so that concurrent ones count too; returns the time of counting.

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
            RETURNING last_at
            """,
            {"login": _hash(login, origin), **_WAITS},
        )
        if not counted:
            raise TooManyAttempts(retry_after=self._wait(login, origin))
        at: datetime = counted[0][0]
        return at

    def give_back(self, login: str, origin: str, counted_at: datetime) -> None:
        """Forget an attempt that was not checked; unless another one was counted since, the next needs no wait."""
        self._pool.execute(
            """
            UPDATE access.login_attempts
            SET attempts = greatest(attempts - 1, 0),
                last_at = CASE WHEN last_at = %(at)s
                    THEN last_at - least(2 ^ least(greatest(attempts - 1 - %(free)s, 0), %(doublings)s), %(most)s)
                        * interval '1 second'
                    ELSE last_at END
            WHERE login_hash = %(login)s
            """,
            {"login": _hash(login, origin), "at": counted_at, **_WAITS},
        )

    def release(self, login: str, origin: str = "") -> None:
        """Forget the attempts with this login from this origin, after a successful one."""
        self._pool.execute("DELETE FROM access.login_attempts WHERE login_hash = %s", (_hash(login, origin),))

    def count_address(self, address: str) -> None:
        """Count an attempt from this address, with any login; raises `TooManyAttempts`.

        `last_at` is when the address would have all its attempts again (a leaky bucket in one instant).
        """
        most = (ADDRESS_BURST - 1) * ADDRESS_SECONDS
        counted = self._pool.execute(
            """
            INSERT INTO access.login_attempts AS a (login_hash, attempts, last_at)
            VALUES (%(address)s, 1, now() + %(each)s * interval '1 second')
            ON CONFLICT (login_hash) DO UPDATE
            SET attempts = least(a.attempts, 1000000) + 1,
                last_at = greatest(a.last_at, now()) + %(each)s * interval '1 second'
            WHERE a.last_at <= now() + %(most)s * interval '1 second'
            RETURNING attempts
            """,
            {"address": _address(address), "each": ADDRESS_SECONDS, "most": most},
        )
        if not counted:
            raise TooManyAttempts(retry_after=ADDRESS_SECONDS)

    def release_address(self, address: str) -> None:
        """Give back the last attempt of this address, which was successful or not checked."""
        self._pool.execute(
            "UPDATE access.login_attempts SET last_at = last_at - %s * interval '1 second' WHERE login_hash = %s",
            (ADDRESS_SECONDS, _address(address)),
        )

    def _wait(self, login: str, origin: str) -> int:
        row = self._pool.fetch_one(
            """
            SELECT attempts, extract(epoch FROM now() - last_at)::integer FROM access.login_attempts
            WHERE login_hash = %s
            """,
            (_hash(login, origin),),
        )
        attempts, ago = row or (FREE_ATTEMPTS, 0)
        wait = min(2 ** min(attempts - FREE_ATTEMPTS, _DOUBLINGS), LONGEST_WAIT_SECONDS)
        return max(1, int(wait - ago))


def _hash(login: str, origin: str) -> bytes:
    return sha256(f"{login}\x00{origin}".encode() if origin else login.encode()).digest()


def _address(address: str) -> bytes:
    return sha256(b"\x00address\x00" + address.encode()).digest()
