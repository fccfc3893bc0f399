"""Deletes expired sessions, codes and tokens."""

from __future__ import annotations

from store.connecting import Cursor
from store.device_tokens import REMEMBERED


def forget_expired(cursor: Cursor) -> None:
    """Delete what has expired; used refresh tokens are kept for a while, so that a second use is noticed.

    Tokens of revoked devices are kept: with one the device learns that it is revoked, and may hand in its outbox.
    """
    cursor.execute("DELETE FROM access.sessions WHERE expires_at < now()")
    cursor.execute("DELETE FROM access.reset_codes WHERE expires_at < now()")
    cursor.execute("DELETE FROM access.challenges WHERE expires_at < now()")
    cursor.execute("DELETE FROM access.login_attempts WHERE last_at < now() - interval '1 day'")
    cursor.execute("DELETE FROM access.enrolment_codes WHERE expires_at < now() - interval '7 days'")
    cursor.execute(
        """
        DELETE FROM access.device_tokens t USING access.device_standing d
        WHERE d.device = t.device AND d.standing <> 'revoked'
            AND (t.expires_at < now() - %s OR t.used_at < now() - %s)
        """,
        (REMEMBERED, REMEMBERED),
    )
