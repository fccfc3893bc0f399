"""Whether an enrolling device is known: one indexed query each, before any other work is done for it."""

from __future__ import annotations

from uuid import UUID

from store.access import token_hash
from store.pool import ConnectionPool


class KnownDevices:
    """Looks up devices that the office has not revoked."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def has_key(self, install_id: str, public_key: str) -> bool:
        """Whether an installation with this key is a device."""
        sql = """
            SELECT 1 FROM access.device_standing
            WHERE install_id = %s AND public_key = %s AND standing <> 'revoked'
            """
        return self._pool.fetch_one(sql, (install_id, public_key)) is not None

    def is_known(self, device: UUID) -> bool:
        """Whether this is a device, and not a revoked one."""
        sql = "SELECT 1 FROM access.device_standing WHERE device = %s AND standing <> 'revoked'"
        return self._pool.fetch_one(sql, (str(device),)) is not None

    def has_token(self, refresh_token: str) -> bool:
        """Whether this refresh token is unused and valid."""
        sql = """
            SELECT 1 FROM access.device_tokens t JOIN access.device_standing d USING (device)
            WHERE t.token_hash = %s AND t.kind = 'refresh' AND t.used_at IS NULL AND t.expires_at > now()
                AND d.standing <> 'revoked'
            """
        return self._pool.fetch_one(sql, (token_hash(refresh_token),)) is not None
