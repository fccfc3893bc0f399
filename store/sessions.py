"""Sessions of users: begun, found by their token, listed, confirmed again, ended."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem
from domain.recording.backing import Change
from store.caller import LOCAL_CALLER, LONGEST_AGENT, Caller
from store.connecting import Cursor
from store.pool import ConnectionPool

COMMAND_LINE: Final = "command_line"
"""The second factor of sessions begun at the command line."""
_STILL_PROVEN: Final = """
    FROM access.passwords WHERE user_id = %(user)s AND generation = %(generation)s::uuid
    FOR SHARE
"""
_SEEN: Final = timedelta(seconds=60)
"""The precision with which the last use of a session is stored."""


class SessionEnded(Problem):
    """Your session has ended; sign in again."""

    kind = Kind.UNAUTHENTICATED
    code = "not-signed-in"


class Limits(NamedTuple):
    """The longest life of a session, and its longest time without use."""

    life: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=2)


class LiveSession(NamedTuple):
    """A valid session: its user, their current roles, and how they have authenticated."""

    id: UUID
    user: UUID
    roles: tuple[str, ...]
    factor: str | None
    proven_ago: timedelta


class Listed(NamedTuple):
    """A session as its owner may see it."""

    id: UUID
    begun_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    factor: str | None


def token_hash(token: str) -> bytes:
    """The stored hash of a token: it has 256 random bits, so a plain hash cannot be searched."""
    return sha256(token.encode()).digest()


class Sessions:
    """Sessions in `access.sessions`; one that was not used for `limits.idle` has ended."""

    def __init__(self, pool: ConnectionPool, limits: Limits | None = None) -> None:
        self._pool = pool
        self.limits = limits or Limits()

    def begin(
        self, user: UUID, caller: Caller = LOCAL_CALLER, factor: str | None = None, *, generation: UUID | None = None
    ) -> str:
        """The token of a new session, which is returned only once; `factor` is the second factor that was given.

        `generation` is that of the credentials by which the user was proven. Raises `SessionEnded` when the credentials
        have another one by now; `None` (the command line) is not checked.
        """
        token = secrets.token_urlsafe(32)
        begun = self._pool.execute(
            f"""
            INSERT INTO access.sessions (token_hash, user_id, expires_at, factor, address, agent)
            SELECT %(token)s, %(user)s::uuid, now() + %(life)s, %(factor)s, %(address)s, %(agent)s
            {_STILL_PROVEN if generation else ""}
            RETURNING id
            """,
            {
                "token": token_hash(token),
                "life": self.limits.life,
                "factor": factor,
                "address": caller.address,
                "agent": caller.agent[:LONGEST_AGENT],
                "user": str(user),
                "generation": str(generation) if generation else None,
            },
        )
        if not begun:
            raise SessionEnded
        return token

    def find(self, token: str) -> LiveSession | None:
        """The session of a token, if it has not expired, was used lately, and its user is enabled; None otherwise."""
        row = self._pool.fetch_one(
            """
            SELECT id, user_id, access.roles_of(user_id), factor, now() - proven_at, now() - seen_at
            FROM access.sessions
            WHERE token_hash = %s AND expires_at > now() AND seen_at > now() - %s
            """,
            (token_hash(token), self.limits.idle),
        )
        if row is None or not row[2]:
            return None
        id, user, roles, factor, proven_ago, seen_ago = row
        if seen_ago > min(_SEEN, self.limits.idle / 10):
            self._pool.execute("UPDATE access.sessions SET seen_at = now() WHERE id = %s", (str(id),))
        return LiveSession(id, user, tuple(roles), factor, timedelta(0) if factor == COMMAND_LINE else proven_ago)

    def roles_of(self, user: UUID) -> tuple[str, ...]:
        """The current roles of a user; none for one who is disabled or erased."""
        row = self._pool.fetch_one("SELECT access.roles_of(%s)", (str(user),))
        return tuple(row[0]) if row and row[0] else ()

    def prove(self, id: UUID, factor: str | None = None) -> None:
        """Note that the user has authenticated again, with `factor` as a second one."""
        self._pool.execute(
            "UPDATE access.sessions SET proven_at = now(), factor = coalesce(%s, factor) WHERE id = %s",
            (factor, str(id)),
        )

    @staticmethod
    def proving(id: UUID) -> Change:
        """The same as a change that is committed with an event; it raises `SessionEnded` when the session has ended."""

        def change(cursor: Cursor) -> None:
            cursor.execute("UPDATE access.sessions SET proven_at = now() WHERE id = %s", (str(id),))
            if not cursor.rowcount:
                raise SessionEnded

        return change

    def of(self, user: UUID) -> list[Listed]:
        """The valid sessions of a user, latest first, at most 200."""
        rows = self._pool.fetch_all(
            """
            SELECT id, begun_at, seen_at, expires_at, address, agent, factor FROM access.sessions
            WHERE user_id = %s AND expires_at > now() AND seen_at > now() - %s
            ORDER BY begun_at DESC, id
            LIMIT 200
            """,
            (str(user), self.limits.idle),
        )
        return [Listed(*row) for row in rows]

    def end(self, token: str) -> None:
        """Sign out: this token is not valid any more."""
        self._pool.execute("DELETE FROM access.sessions WHERE token_hash = %s", (token_hash(token),))

    def end_one(self, user: UUID, id: UUID) -> bool:
        """End one of this user's own sessions; returns whether it existed."""
        ended = self._pool.execute(
            "DELETE FROM access.sessions WHERE user_id = %s AND id = %s RETURNING id", (str(user), str(id))
        )
        return bool(ended)

    def end_all(self, user: UUID, but: UUID | None = None) -> int:
        """Sign this user out everywhere, except the session `but`; returns the number of ended sessions.

        Sign-ins in progress have to begin again, and no device counts as known any more.
        """
        with self._pool.transaction() as cursor:
            begin_generation(cursor, user)
            cursor.execute("DELETE FROM access.challenges WHERE user_id = %s", (str(user),))
            cursor.execute(
                "DELETE FROM access.sessions WHERE user_id = %s AND id IS DISTINCT FROM %s",
                (str(user), str(but) if but else None),
            )
            return cursor.rowcount


def begin_generation(cursor: Cursor, user: UUID) -> None:
    """In an open transaction, before other changes of the user: sign-ins in progress have to begin again."""
    cursor.execute("UPDATE access.passwords SET generation = gen_random_uuid() WHERE user_id = %s", (str(user),))
