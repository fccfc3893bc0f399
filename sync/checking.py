"""Checks that the stored text of an operation is the one that its device has signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from sync.operation import parse_operation, raw_of
from sync.signature import signs_operation


class Checked(NamedTuple):
    """The result of a check; None where there is nothing to check.

    `text_fits` says that the text has the stored hash, `signature_fits` that the signature of that hash is valid.
    `public_key` is the first of the device's keys with which it is valid.
    """

    text_fits: bool | None
    signature_fits: bool | None
    public_key: str | None


def check(content_hash: str, text: str | None, encoding: str, signature: str | None, keys: Sequence[str]) -> Checked:
    """Compare the text of an operation, its hash and its signature; `keys` are all that its device has had."""
    fits = None if text is None else _hash_of(text, encoding) == content_hash
    if signature is None:
        return Checked(fits, None, None)
    key = next((key for key in keys if signs_operation(key, signature, content_hash)), None)
    return Checked(fits, key is not None, key)


def _hash_of(text: str, encoding: str) -> str | None:
    try:
        return parse_operation(raw_of(text, encoding)).content_hash
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None
