"""The server's own secrets for signing: generated once, replaced by an operator, the previous one still accepted."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Final, NamedTuple

from store.pool import ConnectionPool

_FRESH_SECONDS: Final = 60.0
"""For how many seconds a process signs with a secret it has read; a signature that does not match is an exception."""


class _Read(NamedTuple):
    accepted: tuple[bytes, ...]
    at: float


class Secrets:
    """Secrets by name, 32 bytes each unless given otherwise; the newest ones sign."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._lock = Lock()
        self._read: dict[str, _Read] = {}

    def newest(self, name: str) -> bytes:
        """The secret to sign with, generated when it is first needed."""
        return next(self.accepted(name))

    def accepted(self, name: str) -> Iterator[bytes]:
        """Every secret that a valid signature may be of, newest first.

        Those that another process has added since are last, so that only reaching them costs a query.
        """
        with self._lock:
            known = self._read.get(name)
        if known is None or time.monotonic() - known.at > _FRESH_SECONDS:
            known = self._reread(name)
            yield from known.accepted
            return
        yield from known.accepted
        yield from (secret for secret in self._reread(name).accepted if secret not in known.accepted)

    def keep(self, name: str, value: bytes) -> bytes:
        """Store a value under a name, unless there is one already; returns the stored one."""
        self._pool.execute(
            "INSERT INTO access.secrets (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING", (name, value)
        )
        row = self._pool.fetch_one("SELECT value FROM access.secrets WHERE name = %s", (name,))
        assert row is not None, "what was stored can be read"
        return bytes(row[0])

    def change(self, names: Iterable[str], values: Mapping[str, bytes]) -> None:
        """Replace the secrets of these names by new ones, the previous ones still accepted, and set these values.

        All in one transaction. A name without a secret gets one when it is first needed.
        """
        with self._pool.transaction() as cursor:
            for name in names:
                cursor.execute(
                    "UPDATE access.secrets SET previous = value, value = %s WHERE name = %s",
                    (secrets.token_bytes(32), name),
                )
            for name, value in values.items():
                cursor.execute("UPDATE access.secrets SET value = %s WHERE name = %s", (value, name))

    def _reread(self, name: str) -> _Read:
        row = self._pool.fetch_one("SELECT value, previous FROM access.secrets WHERE name = %s", (name,))
        if row is None:
            self.keep(name, secrets.token_bytes(32))
            row = self._pool.fetch_one("SELECT value, previous FROM access.secrets WHERE name = %s", (name,))
            assert row is not None, "what was stored can be read"
        read = _Read(tuple(bytes(secret) for secret in row if secret is not None), time.monotonic())
        with self._lock:
            self._read[name] = read
        return read
