"""Which devices may come in: enrolment codes, tokens that rotate in families, and each device's standing."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from domain.problem import Kind, Problem
from store.access import token_hash
from store.connecting import Cursor
from store.device_tokens import Pair, end_family, end_tokens, issue
from store.enrolling import Enrolment, Installation, claim, let_in, let_in_before
from store.enrolment_code import CODE_LIFE, code_of, folded
from store.identity import DeviceIdentity, DeviceRevoked, TokenExpired, TokenReused
from store.pool import ConnectionPool
from store.standing import LATELY


class CodeNotGood(Problem):
    """The code is wrong, used or older than a day; ask the office for a new one."""

    kind = Kind.FORBIDDEN
    code = "enrolment-code-invalid"


class DeviceAccess:
    """Codes, tokens and standing of devices; only hashes of secrets are stored."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def seed_of(self, seeds: Iterable[bytes]) -> bytes:
        """The first of these whose code was issued, or the first where none was."""
        first: bytes | None = None
        for seed in seeds:
            first = first or seed
            hashed = token_hash(folded(code_of(seed)))
            if self._pool.fetch_one("SELECT 1 FROM access.enrolment_codes WHERE code_hash = %s", (hashed,)):
                return seed
        assert first is not None, "there is a seed"
        return first

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

    def enrol(self, code: str, install_id: str, app_version: str = "", public_key: str | None = None) -> Enrolment:
        """Trade a code for a device; raises `CodeNotGood`.

        A known installation keeps its device under the next incarnation, and its old tokens end; one that was told to
        erase itself is a new device. The installation that has traded the code in, and has shown that it holds the same
        key, is answered once more.
        """
        hashed = token_hash(folded(code))
        with self._pool.transaction() as cursor:
            technician = claim(cursor, hashed)
            if technician is not None:
                enrolled = let_in(cursor, hashed, Installation(technician, install_id, app_version, public_key))
                end_tokens(cursor, enrolled.device)
            else:
                known = let_in_before(cursor, hashed, install_id, public_key)
                if known is None:
                    raise CodeNotGood
                enrolled = known
        return enrolled

    def issue_tokens(self, device: UUID, incarnation: int, technician: UUID, family: UUID | None = None) -> Pair:
        """A pair of tokens, the first of a new family unless one is given."""
        with self._pool.transaction() as cursor:
            return issue(cursor, device, incarnation, technician, family or uuid4())

    def public_key(self, device: UUID) -> str | None:
        """The key that a device has shown, if it has one."""
        row = self._pool.fetch_one("SELECT public_key FROM access.device_standing WHERE device = %s", (str(device),))
        return row[0] if row else None

    def rotate(self, refresh_token: str, proven: UUID | None = None) -> Pair:
        """A new pair for a refresh token, which dies with the access tokens before it.

        Raises `TokenReused` (and ends the whole family) when it was used before, `TokenExpired`, `DeviceRevoked`. For a
        device that has `proven` with its key who it is, a dead or unknown token is as good as a living one, also when
        it has been revoked: its tokens open nothing then but the handing in of what it holds.
        """
        with self._pool.transaction() as cursor:
            if proven is not None:
                return self._renew(cursor, refresh_token, proven)
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

    @staticmethod
    def _renew(cursor: Cursor, refresh_token: str, device: UUID) -> Pair:
        cursor.execute(
            """
            SELECT d.incarnation, d.technician, t.family
            FROM access.device_standing d
            LEFT JOIN access.device_tokens t ON t.device = d.device AND t.token_hash = %s AND t.kind = 'refresh'
            WHERE d.device = %s
            FOR UPDATE OF d
            """,
            (token_hash(refresh_token), str(device)),
        )
        [(incarnation, technician, family)] = cursor.fetchall()
        if family is not None:
            end_family(cursor, family)
        return issue(cursor, device, incarnation, technician, family or uuid4())

    def who(self, access_token: str, *, revoked_too: bool = False) -> DeviceIdentity:
        """Whose access token this is; raises `TokenExpired`, or `DeviceRevoked` unless it may still hand things in."""
        row = self._pool.fetch_one(
            """
            SELECT t.expires_at <= now(), t.device, t.incarnation, t.technician, d.standing, d.wipe, d.app_version,
                d.public_key, coalesce(d.told_at > now() - %(lately)s, false), d.unsent,
                coalesce(d.last_seen_at > now() - %(lately)s, false)
            FROM access.device_tokens t JOIN access.device_standing d USING (device)
            WHERE t.token_hash = %(token)s AND t.kind = 'access'
            """,
            {"token": token_hash(access_token), "lately": LATELY},
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
