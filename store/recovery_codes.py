"""Recovery codes: ten a user, shown once, each usable once instead of a second factor."""

from __future__ import annotations

from secrets import choice
from typing import Final
from uuid import UUID

from store.enrolment_code import ALPHABET, folded
from store.pool import ConnectionPool
from store.sessions import token_hash

HOW_MANY: Final = 10
_LETTERS: Final = 24


class RecoveryCodes:
    """Codes of 120 random bits, so that plain hashes cannot be searched. Older ones have 60 and stay valid."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def renew(self, user: UUID) -> list[str]:
        """New codes, replacing all others."""
        codes = [_new() for _ in range(HOW_MANY)]
        with self._pool.transaction() as cursor:
            cursor.execute("DELETE FROM access.recovery_codes WHERE user_id = %s", (str(user),))
            for code in codes:
                cursor.execute(
                    "INSERT INTO access.recovery_codes (user_id, code_hash) VALUES (%s, %s)",
                    (str(user), token_hash(folded(code))),
                )
        return codes

    def left(self, user: UUID) -> int:
        """The number of unused codes."""
        row = self._pool.fetch_one("SELECT count(*) FROM access.recovery_codes WHERE user_id = %s", (str(user),))
        return int(row[0]) if row else 0

    def use(self, user: UUID, code: str) -> bool:
        """Use a code up; False for one that does not exist."""
        return bool(
            self._pool.execute(
                "DELETE FROM access.recovery_codes WHERE user_id = %s AND code_hash = %s RETURNING user_id",
                (str(user), token_hash(folded(code))),
            )
        )


def _new() -> str:
    letters = "".join(choice(ALPHABET) for _ in range(_LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, _LETTERS, 4))
