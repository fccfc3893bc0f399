"""Erasure of an account: removes credentials and logins from the tables beside the log."""

from __future__ import annotations

from uuid import UUID

from store.access import Access
from store.pool import ConnectionPool
from store.security_log import SecurityLog


def forget_account(pool: ConnectionPool, user: UUID) -> None:
    """Remove login, password, sessions, codes and second factors of a user; doing so twice changes nothing.

    The login is blanked in the security log and will not be written there again.
    """
    access = Access(pool)
    login = access.login_of(user)
    if login is not None:
        SecurityLog(pool, access.secret).erase_login(login)
    with pool.transaction() as cursor:
        for table in ("passwords", "sessions", "reset_codes", "second_factors", "recovery_codes", "challenges"):
            cursor.execute(f"DELETE FROM access.{table} WHERE user_id = %s", (str(user),))  # noqa: S608 - names of ours
