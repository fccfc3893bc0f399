"""Ids of keys, which identify them without revealing them."""

from __future__ import annotations

from hashlib import sha256


def key_id_of(secret: bytes) -> str:
    """The id of a key: a hash of it, so that no other key has the same."""
    return sha256(b"callout person key\x00" + secret).hexdigest()[:32]
