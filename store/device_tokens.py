"""Tokens of devices: pairs of a short-lived and a long-lived one, in families that end together."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

from store.access import token_hash
from store.connecting import Cursor

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=180)
REMEMBERED: Final = timedelta(days=30)
"""How long a used refresh token is kept to notice its second use."""


class Pair(NamedTuple):
    """Two new tokens; the access token lives that many seconds."""

    access_token: str
    access_expires_in: int
    refresh_token: str


def issue(cursor: Cursor, device: UUID, incarnation: int, technician: UUID, family: UUID) -> Pair:
    """A new pair of a family; only its hashes are stored."""
    pair = Pair(secrets.token_urlsafe(32), int(ACCESS_LIFE.total_seconds()), secrets.token_urlsafe(32))
    both = (("access", pair.access_token, ACCESS_LIFE), ("refresh", pair.refresh_token, REFRESH_LIFE))
    for kind, token, life in both:
        cursor.execute(
            """
            INSERT INTO access.device_tokens (token_hash, kind, device, incarnation, technician, family, expires_at)
            VALUES (%s, %s, %s, %s, %s, %s, now() + %s)
            """,
            (token_hash(token), kind, str(device), incarnation, str(technician), str(family), life),
        )
    return pair


def end_family(cursor: Cursor, family: UUID) -> None:
    """Let no token of this family open anything again; all stay, to be recognised.

    Refresh tokens as used ones, and access tokens as those of a device that may be told, once it is revoked, to hand in
    what it holds: it may never have had the reply that brought it newer ones.
    """
    cursor.execute(
        """
        UPDATE access.device_tokens SET expires_at = least(expires_at, now()) WHERE family = %s AND kind = 'access'
        """,
        (str(family),),
    )
    cursor.execute(
        "UPDATE access.device_tokens SET used_at = now() WHERE family = %s AND used_at IS NULL", (str(family),)
    )


def end_tokens(cursor: Cursor, device: UUID) -> None:
    """Forget every token of a device."""
    cursor.execute("DELETE FROM access.device_tokens WHERE device = %s", (str(device),))
