"""Enrolment codes: sixty bits in characters that are hard to confuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Final

CODE_LIFE: Final = timedelta(hours=24)
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES: Final = str.maketrans("OIL", "011", "- ")


def code_of(seed: bytes) -> str:
    """The code of a secret seed, like `SZBC-W7TG-EE75`."""
    letters = "".join(ALPHABET[byte % len(ALPHABET)] for byte in sha256(seed).digest()[:12])
    return "-".join(letters[at : at + 4] for at in (0, 4, 8))


def folded(code: str) -> str:
    """The form of a code that is compared: without blanks and dashes, look-alike letters replaced by digits."""
    return code.upper().translate(_LOOKALIKES)


def first_issued(seeds: Iterable[bytes], is_issued: Callable[[bytes], bool]) -> bytes:
    """The first of these seeds whose code was issued, or the first of all where none was; there is at least one."""
    first: bytes | None = None
    for seed in seeds:
        first = first or seed
        if is_issued(seed):
            return seed
    assert first is not None, "there is a seed"
    return first
