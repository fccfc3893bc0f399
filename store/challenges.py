"""Challenges: one-time questions to a user, with an expiry and a limited number of tries."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from domain.kernel.problem import Kind, Problem
from store.pool import ConnectionPool
from store.sessions import SessionEnded, token_hash

LIFE: Final = timedelta(minutes=5)
TRIES: Final = 5
_MOST: Final = 10
"""The number of open challenges of one user; new ones replace the oldest."""


class ChallengeNotGood(Problem):
    """This challenge was answered already, has expired or is not yours; begin again."""

    kind = Kind.UNAUTHENTICATED
    code = "challenge-not-good"


class Challenge(NamedTuple):
    """A token that names the challenge, and the random bytes that a passkey signs."""

    token: str
    challenge: bytes


class Attempted(NamedTuple):
    """The user of a challenge, its bytes, and the generation of the user's credentials when it was made."""

    user: UUID
    challenge: bytes
    generation: UUID


class Challenges:
    """Challenges in `access.challenges`, by the hash of their token."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def make(self, user: UUID, purpose: str, generation: UUID | None = None) -> Challenge:
        """A new challenge of this user for this purpose (`sign-in`, `prove`, `passkey`).

        `generation` is that of the credentials by which the user was proven, by default the current one. Raises
        `SessionEnded` when the credentials have another one by now.
        """
        made = Challenge(secrets.token_urlsafe(32), secrets.token_bytes(32))
        with self._pool.transaction() as cursor:
            cursor.execute(
                """
                INSERT INTO access.challenges (token_hash, user_id, purpose, challenge, expires_at, generation)
                SELECT %s, user_id, %s, %s, now() + %s, generation FROM access.passwords
                WHERE user_id = %s AND generation = coalesce(%s::uuid, generation)
                FOR SHARE
                """,
                (
                    token_hash(made.token),
                    purpose,
                    made.challenge,
                    LIFE,
                    str(user),
                    str(generation) if generation else None,
                ),
            )
            if not cursor.rowcount:
                raise SessionEnded
            cursor.execute(
                """
                DELETE FROM access.challenges WHERE user_id = %s AND token_hash NOT IN (
                    SELECT token_hash FROM access.challenges WHERE user_id = %s ORDER BY expires_at DESC LIMIT %s
                )
                """,
                (str(user), str(user), _MOST),
            )
        return made

    def attempt(self, token: str, purpose: str) -> Attempted:
        """The user of a challenge; each call is one of a few tries. Raises `ChallengeNotGood`."""
        rows = self._pool.execute(
            """
            UPDATE access.challenges SET tries = tries + 1
            WHERE token_hash = %s AND purpose = %s AND tries < %s AND expires_at > now()
            RETURNING user_id, challenge, generation
            """,
            (token_hash(token), purpose, TRIES),
        )
        if not rows:
            raise ChallengeNotGood
        user, challenge, generation = rows[0]
        return Attempted(UUID(str(user)), bytes(challenge), UUID(str(generation)))

    def spend(self, token: str) -> None:
        """Use the challenge up: of two answers at once one raises `ChallengeNotGood`."""
        if not self._pool.execute(
            "DELETE FROM access.challenges WHERE token_hash = %s RETURNING user_id", (token_hash(token),)
        ):
            raise ChallengeNotGood
