"""Challenges: what a device that has to prove itself once more signs besides, so that no proof is good twice."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from domain.access.identity import Keyholder

LIFE: Final = timedelta(minutes=5)


class Challenges:
    """Makes challenges and recognises them. Nothing is stored: what ends them is that tokens are given."""

    def __init__(self, secrets: bytes | Callable[[], Iterable[bytes]]) -> None:
        """One secret, or what gives all that are accepted, the one to sign with first."""
        self._secrets: Callable[[], Iterable[bytes]] = (lambda: (secrets,)) if isinstance(secrets, bytes) else secrets

    def make(self, holder: Keyholder, now: datetime) -> str:
        """A text that this device may sign within the next five minutes, until it is given tokens."""
        until = int((now + LIFE).timestamp())
        return f"{until}.{_seal(next(iter(self._secrets())), holder, until)}"

    def fits(self, challenge: str, holder: Keyholder, now: datetime) -> bool:
        """Whether it was made for this device as it stands, and not too long ago."""
        until, _, seal = challenge.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= len("9999999999") and seal.isascii()):
            return False
        if now.timestamp() > int(until):
            return False
        seals = (_seal(secret, holder, int(until)) for secret in self._secrets())
        return any(hmac.compare_digest(seal, one) for one in seals)


def _seal(secret: bytes, holder: Keyholder, until: int) -> str:
    bound = f"{holder.device} {holder.incarnation} {holder.issued} {until}"
    return hmac.digest(secret, bound.encode(), "sha256").hex()
