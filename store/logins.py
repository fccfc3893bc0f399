"""Logins: how two of them are compared, and which look so much alike that nobody should have both."""

from __future__ import annotations

from functools import cache
from typing import Final
from unicodedata import category, normalize

from domain.problem import BadInput

LONGEST: Final = 200
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Cn", "Co", "Cs"})


def fold(login: str) -> str:
    """A login as it is compared: case, outer blanks and the keyboard it was typed on make no other one."""
    return normalize("NFKC", normalize("NFKC", login.strip()).casefold()).strip()


def spellings(login: str) -> list[str]:
    """The forms under which a login may be stored: as it is folded now, and as it was before forms were made one."""
    return list(dict.fromkeys((fold(login), login.strip().casefold())))


def visible(login: str) -> tuple[str, str]:
    """A new login as it is kept, and its skeleton; raises `BadInput` for one that is too long or cannot be seen."""
    kept = fold(login)
    alike = skeleton(kept)
    if not alike or len(kept) > LONGEST or len(alike) > 2 * LONGEST or any(category(each)[0] == "C" for each in kept):
        detail = f"A login has at most {LONGEST} characters, all of which can be seen."
        raise BadInput(detail, errors=[{"pointer": "/login", "detail": detail}])
    return kept, alike


def skeleton(login: str) -> str:
    """The same text for logins that look alike (`ada` in Latin and in Cyrillic letters, `paul` and `pau1`)."""
    visible = "".join(
        prototype
        for letter in normalize("NFD", fold(login))
        if not _is_hidden(letter)
        for prototype in _prototype(letter)
    )
    return visible.casefold()


def _is_hidden(letter: str) -> bool:
    """Whether nothing of it is drawn: format characters, joiners and selectors of variants."""
    return (
        category(letter) in _INVISIBLE or letter == "\u034f" or "\ufe00" <= letter <= "\ufe0f" or letter >= "\U000e0000"
    )


@cache
def _prototypes() -> dict[str, list[dict[str, str]]]:
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415 - half a megabyte for a rare question

    found: dict[str, list[dict[str, str]]] = confusables_data
    return found


def _prototype(letter: str) -> str:
    """What a letter is taken for: one of ASCII where there is one, otherwise the first of those that look like it."""
    alike = [each["c"] for each in _prototypes().get(letter, ())]
    if letter.isascii():
        return {"1": "l", "0": "o", "m": "rn", "|": "l"}.get(letter, letter)
    plain = [each for each in alike if each.isascii()]
    chosen = min(plain or [letter, *alike], key=lambda each: (len(each), each))
    return chosen if not chosen.isascii() or chosen == letter else "".join(_prototype(each) for each in chosen)
