"""Sealing texts under a person's key, and opening them."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.keyring import Key

_NONCE: Final = 12


def seal(key: Key, text: bytes, path: str) -> str:
    """`text` under AES-256-GCM in base64, bound to the path of the field it belongs to."""
    return b64encode(seal_bytes(key, text, path)).decode()


def seal_bytes(key: Key, text: bytes, path: str) -> bytes:
    """The same as bytes."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key.secret).encrypt(nonce, text, path.encode())


def unseal(key: Key, sealed: str, path: str) -> bytes | None:
    """The text, or `None` when it was not sealed with this key for this path."""
    return unseal_bytes(key, b64decode(sealed), path)


def unseal_bytes(key: Key, sealed: bytes, path: str) -> bytes | None:
    """The same for bytes from `seal_bytes`."""
    try:
        return AESGCM(key.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], path.encode())
    except InvalidTag:
        return None
