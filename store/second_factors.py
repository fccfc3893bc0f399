"""Stored second factors: seeds of TOTPs and public keys of passkeys, sealed with their user's key."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from domain.kernel.problem import NotFound, Refused
from store.canonical import encode
from store.connecting import Cursor
from store.keyring import Keyring
from store.pool import ConnectionPool
from store.sealing import seal, unseal
from store.sessions import begin_generation

MOST: Final = 20
"""The number of second factors of one user, unconfirmed ones included."""
_PATH: Final = "access.second_factors/secret"


class TooManyFactors(Refused):
    """There are as many second factors as one user may have; remove one first."""


class LastFactor(Refused):
    """This is the last second factor, and one is required here; add another one first."""


class FactorKnown(Refused):
    """This passkey is registered already."""


class Factor(NamedTuple):
    """A second factor with its secret; `last_used` is a TOTP's last time step or a passkey's last counter."""

    id: UUID
    user: UUID
    kind: str
    name: str
    secret: bytes
    credential: bytes | None
    last_used: int | None


class Shown(NamedTuple):
    """A second factor as its owner may see it."""

    id: UUID
    kind: str
    name: str
    created_at: datetime
    used_at: datetime | None


class SecondFactors:
    """Second factors in `access.second_factors`. An unconfirmed one cannot be used."""

    def __init__(self, pool: ConnectionPool, keyring: Keyring) -> None:
        self._pool = pool
        self._keyring = keyring

    def add(
        self,
        user: UUID,
        kind: str,
        name: str,
        secret: bytes,
        *,
        credential: bytes | None = None,
        count: int | None = None,
    ) -> UUID:
        """Store a factor: a passkey is confirmed by its registration, a TOTP by its first code.

        Raises `TooManyFactors` and `FactorKnown`. An earlier unconfirmed TOTP is removed.
        """
        key = self._keyring.present_keys([user]).get(user)
        if key is None:
            raise NotFound
        factor, sealed = uuid4(), seal(key, encode(secret.hex()), _PATH)
        with self._pool.transaction() as cursor:
            cursor.execute(
                "DELETE FROM access.second_factors WHERE user_id = %s AND confirmed_at IS NULL", (str(user),)
            )
            cursor.execute("SELECT count(*) FROM access.second_factors WHERE user_id = %s", (str(user),))
            if cursor.fetchall()[0][0] >= MOST:
                raise TooManyFactors
            cursor.execute(
                """
                INSERT INTO access.second_factors (id, user_id, kind, name, secret, credential, last_used, confirmed_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s, CASE WHEN %s = 'passkey' THEN now() END)
                ON CONFLICT (credential) DO NOTHING
                """,
                (str(factor), str(user), kind, name, sealed, credential, count, kind),
            )
            if not cursor.rowcount:
                raise FactorKnown
        return factor

    def of(self, user: UUID) -> list[Shown]:
        """The confirmed factors of a user, oldest first."""
        rows = self._pool.fetch_all(
            """
            SELECT id, kind, name, created_at, used_at FROM access.second_factors
            WHERE user_id = %s AND confirmed_at IS NOT NULL
            ORDER BY created_at, id
            """,
            (str(user),),
        )
        return [Shown(*row) for row in rows]

    def secrets(self, user: UUID, kind: str, *, confirmed: bool = True) -> list[Factor]:
        """The factors of one kind with the data to check them."""
        rows = self._pool.fetch_all(
            """
            SELECT id, user_id, kind, name, secret, credential, last_used FROM access.second_factors
            WHERE user_id = %s AND kind = %s AND (confirmed_at IS NOT NULL) = %s
            """,
            (str(user), kind, confirmed),
        )
        key = self._keyring.opening_keys([user]).get(user) if rows else None
        found = []
        for id, owner, of_kind, name, sealed, credential, last_used in rows:
            text = unseal(key, sealed, _PATH) if key else None
            if text is not None:
                raw = bytes.fromhex(text.decode().strip('"'))
                found.append(
                    Factor(id, owner, of_kind, name, raw, bytes(credential) if credential else None, last_used)
                )
        return found

    def used(self, factor: UUID, last: int, *, may_repeat: bool = False) -> bool:
        """Store its use at this step or count; False when it was used at this or a later one before."""
        rows = self._pool.execute(
            """
            UPDATE access.second_factors
            SET last_used = %(last)s, used_at = now(), confirmed_at = coalesce(confirmed_at, now())
            WHERE id = %(id)s AND (last_used IS NULL OR last_used < %(last)s OR (%(repeat)s AND last_used = %(last)s))
            RETURNING id
            """,
            {"id": str(factor), "last": last, "repeat": may_repeat},
        )
        return bool(rows)

    def remove(self, user: UUID, factor: UUID, *, keep_one: bool) -> None:
        """Remove one; raises `NotFound`, and `LastFactor` when `keep_one` and none would be left.

        Recovery codes are removed with the last one.
        """
        with self._pool.transaction() as cursor:
            cursor.execute(
                """
                SELECT id FROM access.second_factors WHERE user_id = %s AND confirmed_at IS NOT NULL
                ORDER BY id FOR UPDATE
                """,
                (str(user),),
            )
            known = [row[0] for row in cursor.fetchall()]
            if str(factor) not in map(str, known):
                raise NotFound
            if keep_one and len(known) == 1:
                raise LastFactor
            cursor.execute("DELETE FROM access.second_factors WHERE id = %s", (str(factor),))
            if len(known) == 1:
                cursor.execute("DELETE FROM access.recovery_codes WHERE user_id = %s", (str(user),))


def forget_factors(cursor: Cursor, user: UUID) -> None:
    """Remove all factors and recovery codes of a user, and sign them out everywhere, in an open transaction."""
    begin_generation(cursor, user)
    for table in ("second_factors", "recovery_codes", "challenges", "sessions"):
        cursor.execute(f"DELETE FROM access.{table} WHERE user_id = %s", (str(user),))  # noqa: S608 - names of ours
