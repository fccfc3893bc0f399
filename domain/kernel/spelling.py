"""Spellings: when two typed texts are the same key."""

from __future__ import annotations

from typing import Final
from unicodedata import category, decimal, normalize

_NOT_DRAWN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_BLANK_LETTERS: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
"""Letters and marks that are not drawn: the grapheme joiner, the fillers of Hangul, the blank of Braille."""


def folded(text: str) -> str:
    """The form of a text that is compared: regardless of form (NFKC), case, dashes, digits of other scripts and blanks.

    Outer blanks and invisible characters are removed, inner blanks become one. The result may be empty.
    """
    spaced = " ".join(normalize("NFKC", text).split())
    seen = "".join(_plain(letter) for letter in spaced if not is_hidden(letter))
    return " ".join(normalize("NFKC", seen.casefold()).split())


def compact(text: str) -> str:
    """The same without any blank, for numbers and codes: `W 12` and `w12` are one."""
    return folded(text).replace(" ", "")


def is_hidden(letter: str) -> bool:
    """Whether nothing of it is drawn: control and format characters, joiners, fillers, selectors of variants."""
    return (
        category(letter) in _NOT_DRAWN
        or letter in _BLANK_LETTERS
        or "\ufe00" <= letter <= "\ufe0f"
        or letter >= "\U000e0000"
    )


def _plain(letter: str) -> str:
    kind = category(letter)
    if kind == "Nd":
        return str(decimal(letter))
    return "-" if kind == "Pd" or letter == "\u2212" else letter
