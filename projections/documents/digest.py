"""The arithmetic of digests: the entry of a document, its leaf, and the notation of sums."""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import msgspec

MODULUS: Final = 1 << 128
LEAVES: Final = 256
_ENTRY_BYTES: Final = 16
_SUM = re.compile(r"[0-9a-f]{32}")


class Digest(msgspec.Struct, frozen=True):
    """The number of entries, and their sum mod 2^128 as 32 hex digits."""

    count: int
    sum: str


def entry_of(kind: str, id: str, body_hash: str) -> int:
    """The number that a document of this type and id, whose body has this hash (in hex), adds to a sum."""
    return int.from_bytes(sha256(f"{kind}\0{id}\0{body_hash}".encode()).digest()[:_ENTRY_BYTES], "big")


def leaf_of(kind: str, id: str) -> int:
    """The number (from 0) of a document's leaf."""
    return sha256(f"{kind}\0{id}".encode()).digest()[0]


def written(total: int) -> str:
    """A sum as 32 hex digits, modulo 2^128."""
    return f"{total % MODULUS:032x}"


def number_of(text: str) -> int:
    """The sum written as 32 lower-case hex digits; raises `ValueError` for anything else."""
    if _SUM.fullmatch(text) is None:
        raise ValueError("a sum is written as 32 lower-case hex digits")
    return int(text, 16)


def digest_of(entries: Iterable[int]) -> Digest:
    """The digest of these entries."""
    counted = list(entries)
    return Digest(len(counted), written(sum(counted)))


NOTHING: Final = digest_of(())
