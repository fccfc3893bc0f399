"""Which devices may come in: enrolment codes, tokens that rotate in families, and each device's standing."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from domain.problem import Kind, Problem
from store.access import token_hash
from store.connecting import Cursor
from store.device_tokens import Pair, end_family, issue
from store.enrolment_code import CODE_LIFE, code_of, folded
from store.identity import DeviceIdentity
from store.pool import ConnectionPool


class TokenExpired(Problem):
    """The token has expired or was never good; refresh it, or enrol again."""

    kind = Kind.UNAUTHENTICATED


class TokenReused(Problem):
    """The refresh token was used before, so nobody can tell who holds it; enrol again."""

    kind = Kind.UNAUTHENTICATED


class DeviceRevoked(Problem):
    """The office has revoked this device."""

    kind = Kind.FORBIDDEN


class CodeNotGood(Problem):
    """The code is wrong, used or older than a day; ask the office for a new one."""

    kind = Kind.FORBIDDEN
    code = "enrolment-code-invalid"


class Enrolment(NamedTuple):
    """A device that has just been let in; `again` when the office knew this installation before."""

    device: UUID
    incarnation: int
    technician: UUID
    again: bool


class DeviceAccess:
    """Codes, tokens and standing of devices; only hashes of secrets are stored."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def issue_code(self, technician: UUID, seed: bytes | None = None) -> tuple[str, datetime]:
        """A one-time code for a device of this technician, and when it expires; the same seed gives the same code."""
        code = code_of(seed or secrets.token_bytes(32))
        hashed = token_hash(folded(code))
        self._pool.execute(
            """
            INSERT INTO access.enrolment_codes (code_hash, technician, expires_at) VALUES (%s, %s, now() + %s)
            ON CONFLICT (code_hash) DO NOTHING
            """,
            (hashed, str(technician), CODE_LIFE),
        )
        [(expires_at,)] = self._pool.fetch_all(
            "SELECT expires_at FROM access.enrolment_codes WHERE code_hash = %s", (hashed,)
        )
        return code, expires_at

    def enrol(self, code: str, install_id: str, app_version: str = "") -> Enrolment:
        """Trade a code for a device; raises `CodeNotGood`.

        A known installation keeps its device under the next incarnation, and its old tokens end; one that was told to
        erase itself is a new device.
        """
        with self._pool.transaction() as cursor:
            cursor.execute(
                """
                UPDATE access.enrolment_codes SET used_by = %s
                WHERE code_hash = %s AND used_by IS NULL AND expires_at > now()
                RETURNING technician
                """,
                (str(device := uuid4()), token_hash(folded(code))),
            )
            claimed = cursor.fetchone()
            if claimed is not None:
                cursor.execute(
                    """
                    INSERT INTO access.device_standing AS d (device, technician, install_id, incarnation, app_version)
                    VALUES (%s, %s, %s, 1, %s)
                    ON CONFLICT (install_id) WHERE NOT wipe DO UPDATE
                    SET technician = excluded.technician, incarnation = d.incarnation + 1, standing = 'active',
                        app_version = excluded.app_version
                    RETURNING device, incarnation, technician
                    """,
                    (str(device), str(claimed[0]), install_id, app_version),
                )
                enrolled = Enrolment(*_only(cursor), again=False)
                cursor.execute("DELETE FROM access.device_tokens WHERE device = %s", (str(enrolled.device),))
        if claimed is None:
            raise CodeNotGood
        return enrolled._replace(again=enrolled.device != device)

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        with self._pool.transaction() as cursor:
            return issue(cursor, device, incarnation, technician, family or uuid4())

    def rotate(self, refresh_token: str) -> Pair:
        """A new pair for a refresh token, which dies with the access tokens before it.

        Raises `TokenReused` (and ends the whole family) when it was used before, `TokenExpired`, `DeviceRevoked`.
        """
        with self._pool.transaction() as cursor:
            cursor.execute(
                """
                SELECT t.device, t.incarnation, t.technician, t.family, t.used_at IS NOT NULL, t.expires_at <= now(),
                    d.standing, d.wipe
                FROM access.device_tokens t JOIN access.device_standing d USING (device)
                WHERE t.token_hash = %s AND t.kind = 'refresh'
                FOR UPDATE OF t
                """,
                (token_hash(refresh_token),),
            )
            found = cursor.fetchone()
            trouble = _trouble_with(found)
            if trouble is None and found is not None:
                device, incarnation, technician, family = found[:4]
                end_family(cursor, family)
                return issue(cursor, device, incarnation, technician, family)
            if isinstance(trouble, TokenReused) and found is not None:
                end_family(cursor, found[3])
        assert trouble is not None, "a refresh token gives a pair or a problem"
        raise trouble

    def who(self, access_token: str, *, revoked_too: bool = False) -> DeviceIdentity:
        """Whose access token this is; raises `TokenExpired`, or `DeviceRevoked` unless it may still hand things in."""
        row = self._pool.fetch_one(
            """
            SELECT t.expires_at <= now(), t.device, t.incarnation, t.technician, d.standing, d.wipe
            FROM access.device_tokens t JOIN access.device_standing d USING (device)
            WHERE t.token_hash = %s AND t.kind = 'access'
            """,
            (token_hash(access_token),),
        )
        if row is None:
            raise TokenExpired
        expired, identity = row[0], DeviceIdentity(*row[1:])
        if identity.standing == "revoked":  # a lost device may have been away for longer than its token lives
            if not revoked_too:
                raise DeviceRevoked(wipe=identity.wipe, salvage=True)
        elif expired:
            raise TokenExpired
        return identity


def _trouble_with(found: tuple[object, ...] | None) -> Problem | None:
    if found is None:
        return TokenExpired()
    used, expired, standing, wipe = found[4:]
    if standing == "revoked":
        return DeviceRevoked(wipe=wipe, salvage=True)
    if used:
        return TokenReused()
    return TokenExpired() if expired else None


def _only(cursor: Cursor) -> tuple[UUID, int, UUID]:
    row = cursor.fetchone()
    assert row is not None, "an upsert without a condition returns its row"
    return row[0], row[1], row[2]
