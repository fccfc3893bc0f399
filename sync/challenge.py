"""Challenges: what a device that has to prove itself once more signs besides, so that no proof is good twice."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import Final

from store.identity import Keyholder

LIFE: Final = timedelta(minutes=5)


class Challenges:
    """Makes challenges and recognises them. Nothing is stored: what ends them is that tokens are given."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def make(self, holder: Keyholder, now: datetime) -> str:
        """A text that this device may sign within the next five minutes, until it is given tokens."""
        until = int((now + LIFE).timestamp())
        return f"{until}.{self._seal(holder, until)}"

    def fits(self, challenge: str, holder: Keyholder, now: datetime) -> bool:
        """Whether it was made for this device as it stands, and not too long ago."""
        until, _, seal = challenge.partition(".")
        if not (until.isascii() and until.isdecimal() and len(until) <= len("9999999999") and seal.isascii()):
            return False
        return now.timestamp() <= int(until) and hmac.compare_digest(seal, self._seal(holder, int(until)))

    def _seal(self, holder: Keyholder, until: int) -> str:
        said = f"{holder.device} {holder.incarnation} {holder.issued} {until}"
        return hmac.digest(self._secret, said.encode(), "sha256").hex()
