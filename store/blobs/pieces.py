"""Pieces of a blob under a person's key, each bound to its blob and its place there."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import DatabaseError

from store.blobs.blob import Blob
from store.keyring import Key

_NONCE: Final = 12
_TAG: Final = 16
SEALED: Final = _NONCE + _TAG
"""The number of bytes by which sealing lengthens a piece."""


class BlobDamagedError(DatabaseError):
    """The stored bytes of a blob are not those that were written."""


def seal_piece(key: Key, blob: Blob, number: int, plain: bytes) -> bytes:
    """A piece under AES-256-GCM: it opens only with this key, as this piece of this blob."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key.secret).encrypt(nonce, plain, _name(blob, number))


def unseal_piece(key: Key, blob: Blob, number: int, sealed: bytes) -> bytes:
    """The bytes of a piece again; raises `BlobDamagedError` when it was not sealed as this one."""
    try:
        return AESGCM(key.secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], _name(blob, number))
    except (InvalidTag, ValueError):
        raise BlobDamagedError(f"piece {number} of the blob {blob.sha256} does not open") from None


def _name(blob: Blob, number: int) -> bytes:
    return f"callout blob\x00{blob.sha256}\x00{blob.size}\x00{number}".encode()
