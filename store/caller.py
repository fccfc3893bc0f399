"""The origin of a request: address, program, and a proof that this device has signed in before."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from secrets import token_bytes
from time import time
from typing import Final, NamedTuple
from uuid import UUID

KNOWN_SECONDS: Final = 180 * 24 * 3600
LONGEST_AGENT: Final = 200
_NONCE: Final = 16
_EXPIRES: Final = 8


class Caller(NamedTuple):
    """The address (empty for the machine itself), the User-Agent, and the known-device token."""

    address: str = ""
    agent: str = ""
    known: str = ""


LOCAL_CALLER: Final = Caller()
"""The command line and other parts of this program."""


def known_device(secret: bytes, user: UUID, generation: UUID) -> str:
    """A token by which a device on which this user has signed in is recognised for half a year.

    Valid as long as the user's credentials have this generation: until another password, for example.
    """
    body = token_bytes(_NONCE) + int(time() + KNOWN_SECONDS).to_bytes(_EXPIRES, "big")
    return urlsafe_b64encode(body + _seal(secret, user, generation, body)).decode().rstrip("=")


def device_of(secret: bytes, user: UUID, generation: UUID, token: str) -> str | None:
    """The known device of this user and generation in a token; None for any other token, or one that is too old."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (NotBase64, ValueError):
        return None
    body, seal = raw[: _NONCE + _EXPIRES], raw[_NONCE + _EXPIRES :]
    if (
        not hmac.compare_digest(seal, _seal(secret, user, generation, body))
        or int.from_bytes(body[_NONCE:], "big") < time()
    ):
        return None
    return body[:_NONCE].hex()


def _seal(secret: bytes, user: UUID, generation: UUID, body: bytes) -> bytes:
    return hmac.digest(secret, user.bytes + generation.bytes + body, "sha256")
