"""Rules for passwords: long, not common, not containing the person's login or name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.kernel.bad_input import bad_member
from store.logins import fold
from store.passwords import prepared

SHORTEST: Final = 10
LONGEST: Final = 200
_LEAST_SCORE: Final = 3
"""Of zxcvbn's 0 to 4: at least 100 million guesses."""
_SCORED: Final = 72
"""The number of characters that are scored; further ones do not weaken a password."""
_OURS: Final = ("callout", "field service")


def must_be_good(password: str, own_words: Iterable[str] = (), pointer: str = "/password") -> None:
    """Raise `BadInput` for a password that is too short, common, or contains the person's login or name."""
    ready, words = prepared(password), [word for word in own_words if word]
    if not SHORTEST <= len(ready) <= LONGEST:
        raise bad_member(pointer, f"A password has {SHORTEST} to {LONGEST} characters.")
    if fold(ready) in {fold(word) for word in words}:
        raise bad_member(pointer, "The password is another word than the login.")
    from zxcvbn import zxcvbn  # noqa: PLC0415 - loads its lists, for a rare question

    found = zxcvbn(ready[:_SCORED], user_inputs=[*_parts(words), *_OURS])
    if found["score"] < _LEAST_SCORE:
        raise bad_member(
            pointer, "This password is too common or too easy to guess; take a few words that do not go together."
        )


def _parts(words: Iterable[str]) -> Iterable[str]:
    for word in words:
        yield word[:_SCORED]
        yield from word[:_SCORED].replace("@", " ").replace(".", " ").replace("-", " ").split()
