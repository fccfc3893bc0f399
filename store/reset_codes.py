"""One-time codes with which a user sets another password: made by an admin, shown once, valid for a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from domain.kernel.problem import Kind, Problem
from domain.recording.backing import Change
from store.caller import Caller
from store.connecting import Cursor
from store.enrolment_code import CODE_LIFE, code_of, first_issued, folded
from store.login_brake import LoginBrake
from store.logins import fold, spellings
from store.pool import ConnectionPool
from store.sessions import token_hash


class ResetCodeNotGood(Problem):
    """The login or the code is wrong, or the code was used or has expired; ask an admin for a new one."""

    kind = Kind.UNAUTHENTICATED
    code = "reset-code-not-good"


class ResetCodes:
    """At most one code per user, stored as a hash. Attempts are limited as those with passwords are."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._brake = LoginBrake(pool)

    def issuing(self, user: UUID, seed: bytes) -> tuple[Change, datetime]:
        """The change that issues the code of a secret seed, committed with its event, and when the code expires.

        A code that was issued before is void.
        """
        hashed = token_hash(folded(code_of(seed)))
        [(expires_at,)] = self._pool.fetch_all("SELECT now() + %s", (CODE_LIFE,))

        def change(cursor: Cursor) -> None:
            cursor.execute(
                """
                INSERT INTO access.reset_codes (user_id, code_hash, expires_at) VALUES (%s, %s, %s)
                ON CONFLICT (user_id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at
                """,
                (str(user), hashed, expires_at),
            )

        return change, expires_at

    def seed_of(self, user: UUID, seeds: Iterable[bytes]) -> bytes:
        """The first of these seeds whose code was issued to the user, or the first where none was."""
        sql = "SELECT 1 FROM access.reset_codes WHERE user_id = %s AND code_hash = %s"
        return first_issued(
            seeds, lambda seed: bool(self._pool.fetch_one(sql, (str(user), token_hash(folded(code_of(seed))))))
        )

    def find(self, login: str, code: str, caller: Caller) -> UUID:
        """The user of this code, which is not used up; raises `ResetCodeNotGood` and `TooManyAttempts`."""
        if caller.address:
            self._brake.count_address(caller.address)
        self._brake.count(f"reset {fold(login)}", caller.address)
        row = self._pool.fetch_one(
            """
            SELECT user_id FROM access.reset_codes JOIN access.passwords USING (user_id)
            WHERE login = ANY(%s) AND code_hash = %s AND expires_at > now() AND access.roles_of(user_id) IS NOT NULL
            """,
            (spellings(login), token_hash(folded(code))),
        )
        if row is None:
            raise ResetCodeNotGood
        self._brake.release(f"reset {fold(login)}", caller.address)
        if caller.address:
            self._brake.release_address(caller.address)
        return UUID(str(row[0]))

    def using(self, user: UUID, code: str) -> Change:
        """The change that uses the code up, committed with the change of the password; it raises `ResetCodeNotGood`."""

        def change(cursor: Cursor) -> None:
            cursor.execute(
                "DELETE FROM access.reset_codes WHERE user_id = %s AND code_hash = %s AND expires_at > now()",
                (str(user), token_hash(folded(code))),
            )
            if not cursor.rowcount:
                raise ResetCodeNotGood

        return change
