"""TOTP (RFC 6238): codes of six digits from a shared seed and the time, each usable once."""

from __future__ import annotations

import hmac
from base64 import b32encode
from datetime import datetime
from secrets import token_bytes
from typing import Final

from pyotp import TOTP

from store.second_factors import Factor, SecondFactors

SEED_BYTES: Final = 20
STEP_SECONDS: Final = 30
ISSUER: Final = "callout"


def new_seed() -> bytes:
    """A random seed of 160 bits."""
    return token_bytes(SEED_BYTES)


def spelled(seed: bytes) -> str:
    """A seed as people type it into their app: Base32."""
    return b32encode(seed).decode()


def uri(seed: bytes, login: str) -> str:
    """The `otpauth://` address that an app reads from a QR code."""
    return TOTP(spelled(seed)).provisioning_uri(name=login, issuer_name=ISSUER)


def accept(factors: SecondFactors, known: list[Factor], code: str, at: datetime) -> Factor | None:
    """The factor whose code this is, now, one step ago or one ahead; None also for a code that was used before."""
    step = int(at.timestamp()) // STEP_SECONDS
    for factor in known:
        made = TOTP(spelled(factor.secret))
        for each in (step - 1, step, step + 1):
            if hmac.compare_digest(made.generate_otp(each).encode(), code.encode()) and factors.used(factor.id, each):
                return factor
    return None
