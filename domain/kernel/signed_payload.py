"""Payloads that others keep for us: signed with one of our secrets, so that they come back as they were given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

_SEPARATOR: Final = b"."


class NotSignedError(Exception):
    """The text is none that was signed here for this use."""


class PayloadSigner:
    """Signs payloads, HMAC-SHA-256, as texts that may be part of a URL, and reads them back.

    `secrets()` returns all secrets that are accepted, the one to sign with first. `salt` names the use: a text that
    was signed for one use is not accepted for another.
    """

    def __init__(self, secrets: Callable[[], Iterable[bytes]], salt: str) -> None:
        self._secrets = secrets
        self._salt = salt.encode()

    def sign(self, payload: bytes) -> str:
        """The signed text of a payload."""
        return self._signer(next(iter(self._secrets()))).sign(base64_encode(payload)).decode()

    def payload_of(self, text: str) -> bytes:
        """The payload of a signed text; raises `NotSignedError` for any other text."""
        try:
            signed = text.encode()
            value, _, signature = signed.rpartition(_SEPARATOR)
            one_spelling = base64_encode(base64_decode(signature)) == signature  # base64 leaves bits unused
            if one_spelling and any(self._signer(secret).validate(signed) for secret in self._secrets()):
                return base64_decode(value)
        except (BadData, ValueError):
            pass
        raise NotSignedError

    def _signer(self, secret: bytes) -> Signer:
        return Signer(secret, self._salt, _SEPARATOR, key_derivation="hmac", digest_method=sha256)
