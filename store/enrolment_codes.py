"""One-time enrolment codes: derived from secret seeds, stored as hashes, valid for a day."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.recording.backing import Change
from store.access import token_hash
from store.connecting import Cursor
from store.enrolment_code import CODE_LIFE, code_of, first_issued, folded
from store.pool import ConnectionPool


class EnrolmentCodes:
    """The codes of a database."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def seed_of(self, seeds: Iterable[bytes]) -> bytes:
        """The first of these seeds whose code was issued, or the first where none was."""
        return first_issued(seeds, lambda seed: self._issued(seed) is not None)

    def issuing(self, technician: UUID, seed: bytes) -> tuple[Change, datetime]:
        """The change that issues the code of a secret seed for a technician, and when the code expires.

        A code issued with this seed before stays as it is.
        """
        hashed, issued = _hash_of(seed), self._issued(seed)
        [(expires_at,)] = [issued] if issued else self._pool.fetch_all("SELECT now() + %s", (CODE_LIFE,))

        def change(cursor: Cursor) -> None:
            cursor.execute(
                """
                INSERT INTO access.enrolment_codes (code_hash, technician, expires_at) VALUES (%s, %s, %s)
                ON CONFLICT (code_hash) DO NOTHING
                """,
                (hashed, str(technician), expires_at),
            )

        return change, expires_at

    def issue(self, technician: UUID, seed: bytes | None = None) -> tuple[str, datetime]:
        """A code for a device of this technician, and when it expires; the same seed gives the same code."""
        seed = seed or secrets.token_bytes(32)
        change, expires_at = self.issuing(technician, seed)
        with self._pool.transaction() as cursor:
            change(cursor)
        return code_of(seed), expires_at

    def _issued(self, seed: bytes) -> tuple[Any, ...] | None:
        """When the code of a seed expires, None when it was not issued."""
        sql = "SELECT expires_at FROM access.enrolment_codes WHERE code_hash = %s"
        return self._pool.fetch_one(sql, (_hash_of(seed),))


def _hash_of(seed: bytes) -> bytes:
    return token_hash(folded(code_of(seed)))
