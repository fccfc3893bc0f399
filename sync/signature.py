"""Signatures of devices: Ed25519 (RFC 8032) over the hash of an operation, and over the lines of a proof."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from domain.kernel.bad_input import bad_member
from domain.kernel.points import is_weak
from sync.operation import Operation

_KEY_BYTES = 32
_KEY: Final = re.compile("[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""Base64url without padding, and without bits that belong to no byte."""


def check_key(public_key: str, *, pointer: str) -> None:
    """Raise `BadInput` with `pointer` unless this is a public key: 32 bytes in base64url, no point of small order."""
    try:
        if not _KEY.fullmatch(public_key):
            raise ValueError(public_key)
        _key(public_key)
    except ValueError:
        detail = f"A key is {_KEY_BYTES} bytes in base64url without padding, a public key of Ed25519."
        raise bad_member(pointer, detail) from None


def proves(public_key: str, proof: str, *lines: str) -> bool:
    """Whether `proof` is this key's signature of these lines."""
    return _signs(public_key, proof, "\n".join(lines).encode())


def fault_of(operation: Operation, public_key: str | None, *, unsigned: bool) -> str | None:
    """What is wrong with an operation's signature, or None; `unsigned` allows devices without a key."""
    if public_key is None:
        return None if unsigned else "The device has no key, and unsigned operations are not trusted here."
    if operation.signature is None:
        return "The device has a key, and this operation is not signed."
    fits = signs_operation(public_key, operation.signature, operation.content_hash)
    return None if fits else "The signature is not this device's."


def signed_text(content_hash: str) -> str:
    """The text that a device signs for an operation with this content."""
    return f"callout operation\n{content_hash}"


def signs_operation(public_key: str, signature: str, content_hash: str) -> bool:
    """Whether `signature` is this key's, of an operation with this content."""
    return _signs(public_key, signature, signed_text(content_hash).encode())


def _signs(public_key: str, signature: str, text: bytes) -> bool:
    try:
        _key(public_key).verify(_bytes(signature), text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key(public_key: str) -> Ed25519PublicKey:
    """The key; raises `ValueError` for a text that is no key, and for a weak key."""
    raw = _bytes(public_key)
    key = Ed25519PublicKey.from_public_bytes(raw)
    if is_weak(raw):
        raise ValueError(public_key)
    return key


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
