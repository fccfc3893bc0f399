"""Logins: the form in which they are compared, and which of them look alike."""

from __future__ import annotations

import re
from functools import cache
from typing import Final
from unicodedata import category, name, normalize

from domain.kernel.bad_input import bad_member
from domain.kernel.spelling import is_hidden

LONGEST: Final = 200
_LOOK_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "DESERET"})
_SMALL_CAPITAL: Final = re.compile("LATIN LETTER SMALL CAPITAL ([A-Z])")


def fold(login: str) -> str:
    """The form of a login that is compared: without regard to case, outer blanks and keyboard."""
    return normalize("NFKC", normalize("NFKC", login.strip()).casefold()).strip()


def spellings(login: str) -> list[str]:
    """The forms under which a login may be stored: as it is folded now, and as it was typed in older versions."""
    return list(dict.fromkeys((fold(login), login.strip().casefold())))


def visible(login: str) -> tuple[str, str]:
    """A new login in its stored form, and its skeleton; raises `BadInput` when it is too long or not visible."""
    kept = fold(login)
    alike = skeleton(kept)
    if not alike or len(kept) > LONGEST or len(alike) > 2 * LONGEST or any(category(each)[0] == "C" for each in kept):
        raise bad_member("/login", f"A login has at most {LONGEST} characters, all of which can be seen.")
    return kept, alike


def skeleton(login: str) -> str:
    """The same text for logins that look alike (`ada` in Latin and in Cyrillic letters, `paul` and `pau1`)."""
    spaced = " ".join(normalize("NFD", fold(login)).split())
    visible = "".join(
        prototype for letter in spaced if not is_hidden(letter) for prototype in _prototype(_large(letter))
    )
    return " ".join(visible.casefold().split())


def must_be_of_one_script(login: str) -> None:
    """Raise `BadInput` for a login with letters of several of the scripts whose letters look alike."""
    scripts = {name(letter, "").partition(" ")[0] for letter in fold(login) if letter.isalpha()} & _LOOK_ALIKE
    if len(scripts) > 1:
        raise bad_member("/login", "The letters of a login are of one script: these only look as if they were.")


def _large(letter: str) -> str:
    """A small capital as the letter that it looks like."""
    found = _SMALL_CAPITAL.fullmatch(name(letter, ""))
    return found[1].lower() if found else letter


@cache
def _prototypes() -> dict[str, list[dict[str, str]]]:
    from confusable_homoglyphs.confusables import confusables_data  # noqa: PLC0415 - half a megabyte for a rare question

    found: dict[str, list[dict[str, str]]] = confusables_data
    return found


def _prototype(letter: str) -> str:
    """The letter that a letter looks like: one of ASCII where there is one, otherwise the first look-alike."""
    alike = [each["c"] for each in _prototypes().get(letter, ())]
    if letter.isascii():
        return {"1": "l", "0": "o", "m": "rn", "|": "l"}.get(letter, letter)
    plain = [each for each in alike if each.isascii()]
    chosen = min(plain or [letter, *alike], key=lambda each: (len(each), each))
    return chosen if not chosen.isascii() or chosen == letter else "".join(_prototype(each) for each in chosen)
