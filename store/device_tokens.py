"""Tokens of devices: pairs of a short-lived and a long-lived one, in families that end together."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.access.identity import DeviceRevoked, ProofRequired, TokenExpired, TokenReused
from domain.kernel.problem import Problem
from store.access import token_hash
from store.connecting import Cursor

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=180)
REMEMBERED: Final = timedelta(days=30)
"""How long a used refresh token is kept to notice its second use."""


class Pair(NamedTuple):
    """Two new tokens; `access` is valid for that many seconds."""

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
    count(cursor, device)
    return pair


def count(cursor: Cursor, device: UUID) -> None:
    """Void all challenges made for the device so far."""
    cursor.execute("UPDATE access.device_standing SET issued = issued + 1 WHERE device = %s", (str(device),))


def end_family(cursor: Cursor, family: UUID) -> None:
    """Void the tokens of this family; they are kept, so that they are recognised.

    Refresh tokens count as used, and access tokens as those of a device that, once revoked, may be asked to hand in its
    outbox: it may never have received the reply with its newer tokens.
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
    """Delete every token of a device."""
    cursor.execute("DELETE FROM access.device_tokens WHERE device = %s", (str(device),))


def issued(cursor: Cursor, device: UUID) -> int | None:
    """The number of pairs issued to a device; the row is locked until the end of the transaction."""
    cursor.execute("SELECT issued FROM access.device_standing WHERE device = %s FOR UPDATE", (str(device),))
    row = cursor.fetchone()
    return int(row[0]) if row else None


def lock_holder_of(cursor: Cursor, refresh_token: str) -> None:
    """Lock the row of its device until the transaction ends; that row is always locked first."""
    cursor.execute(
        """
        SELECT FROM access.device_standing
        WHERE device = (SELECT device FROM access.device_tokens WHERE token_hash = %s)
        FOR UPDATE
        """,
        (token_hash(refresh_token),),
    )


def trouble_with(found: tuple[Any, ...] | None, proven: UUID | None) -> Problem | None:
    """The problem of a refresh token that gives no pair, else None.

    `found` is its device, incarnation, technician and family, whether it is used and expired, the status of its device,
    whether that must erase itself and whether it has a key; `proven` is a device that has proven its identity.
    """
    if found is None:
        return TokenExpired()
    used, expired, status, wipe, has_key = found[4:]
    is_proven = found[0] == proven
    if status == "revoked" and not is_proven:
        return DeviceRevoked(wipe=wipe, salvage=True)
    if used:
        return TokenReused()
    if expired:
        return TokenExpired()
    return ProofRequired() if has_key and not is_proven else None
