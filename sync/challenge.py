"""Challenges: a text that a device adds to a repeated proof, so that no proof is valid twice."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from domain.access.identity import Keyholder

LIFE: Final = timedelta(minutes=5)


class Challenges:
    """Issues and verifies challenges. Nothing is stored: issuing tokens changes `issued` and so ends a challenge."""

    def __init__(self, secrets: bytes | Callable[[], Iterable[bytes]]) -> None:
        """`secrets` is the secret, or returns all that are accepted, the one to sign with first."""
        self._secrets: Callable[[], Iterable[bytes]] = (lambda: (secrets,)) if isinstance(secrets, bytes) else secrets

    def make(self, holder: Keyholder, now: datetime) -> str:
        """A challenge for this device, valid for `LIFE` and until tokens are issued to it."""
        until = int((now + LIFE).timestamp())
        return f"{until}.{_mac(next(iter(self._secrets())), holder, until)}"

    def fits(self, challenge: str, holder: Keyholder, now: datetime) -> bool:
        """Whether the challenge was made for this device in its present state and is not older than `LIFE`."""
        until, _, mac = challenge.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= len("9999999999") and mac.isascii()):
            return False
        if now.timestamp() > int(until):
            return False
        macs = (_mac(secret, holder, int(until)) for secret in self._secrets())
        return any(hmac.compare_digest(mac, one) for one in macs)


def _mac(secret: bytes, holder: Keyholder, until: int) -> str:
    bound = f"{holder.device} {holder.incarnation} {holder.issued} {until}"
    return hmac.digest(secret, bound.encode(), "sha256").hex()
