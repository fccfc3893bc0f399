"""Search terms: those of a text, and those that a question asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final, NamedTuple
from unicodedata import category, normalize

import phonenumbers

from domain.kernel.spelling import folded

LONGEST: Final = 60
"""The number of characters of a term that are compared."""
MOST_TERMS: Final = 8
"""The number of words of a question that are looked for; the rest is ignored."""
LEAST_DIGITS: Final = 5
"""The least number of last digits by which a telephone number is found."""
WORD, CODE, PHONE = "w:", "c:", "p:"
_LETTERS: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ħ": "h", "\u0131": "i", "ŋ": "n"}
)
_UMLAUT: Final = re.compile("([aou])e")
_APOSTROPHES: Final = re.compile(r"(?<=\w)['`\u2019\u02bc\u00b4](?=\w)")
_WORDS: Final = re.compile(r"[^\W_]+")
_NOT_OF_CODES: Final = re.compile(r"[\W_]+")
_ZEROS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_PHONE_WORDS: Final = re.compile(r"\b(?:tel(?:efon|ephone)?|phone|fon|mobile?|handy|privat|work|home)\b[.:]?")
_EXTENSION: Final = re.compile(r"\s*(?<![a-z])(?:ext(?:ension)?|durchwahl|dw|nebenstelle|apparat|app|x)[.:]?\s*(?=\d)")
_PHONE_SIGNS: Final = re.compile(r"[-+\d\s()/.,;:#\[\]]*")
_ABROAD: Final = re.compile(r"^[^+\d]*00")
_NOT_DIGITS: Final = re.compile(r"\D")


class Probe(NamedTuple):
    """A term to look for, as a whole or as a prefix."""

    term: str

    @property
    def low(self) -> bytes:
        """The lowest of the stored terms with this prefix."""
        return _bytes(self.term)

    @property
    def high(self) -> bytes:
        """The bound above the last of them: no byte of UTF-8 is FF."""
        return _bytes(self.term) + b"\xff"


class Alternative(NamedTuple):
    """One interpretation of a question: finds the things that have one of the probes of each term.

    `rank` is for a thing that has whole terms: lower is better.
    """

    rank: int
    terms: tuple[tuple[Probe, ...], ...]


def plain(text: str) -> str:
    """A text without accents, in which ß is ss, and ä, ae and a are the same (so ö and ü)."""
    return _UMLAUT.sub(r"\1", _unaccented(text))


def words(text: str) -> set[str]:
    """The terms of a text: its words, and numbers also without leading zeros."""
    found = set(_words(text)) | set(_WORDS.findall(plain(text)))
    found |= {word.lstrip("0") for word in found if word.isdigit() and word.strip("0")}
    return {WORD + word[:LONGEST] for word in found}


def codes(text: str) -> set[str]:
    """The terms of a number or code: its letters and digits, with leading zeros and without."""
    code = _code(text)
    return {CODE + each[:LONGEST] for each in (code, _ZEROS.sub("", code)) if each}


def phones(text: str) -> set[str]:
    """The terms of a telephone number: with its country code, without, and its last digits."""
    found: set[str] = set()
    for number in _phone(text, None):
        for national in (number.national, number.national + number.extension):
            found |= {national[at:] for at in range(max(1, len(national) - LEAST_DIGITS + 1))}
            found |= {number.country + national} if number.country else set()
    return {PHONE + digits[:LONGEST] for digits in found if digits}


def asked(question: str, region: str | None = None) -> list[Alternative]:
    """The interpretations of a question; none when it has nothing to look for.

    `region` is the country (ISO 3166) of a telephone number without one.
    """
    ways: list[Alternative] = []
    if code := _code(question):
        ways.append(Alternative(0, ((Probe(CODE + code[:LONGEST]),),)))
    numbers = {
        digits
        for number in _phone(question, region)
        for national in (number.national + number.extension,)
        for digits in (national, number.country + national)
    }
    if any(len(each) >= LEAST_DIGITS for each in numbers):
        ways.append(Alternative(1, (tuple(Probe(PHONE + each[:LONGEST]) for each in sorted(numbers) if each),)))
    terms = tuple(_probes(word) for word in islice(dict.fromkeys(_words(question)), MOST_TERMS))
    if terms:
        ways.append(Alternative(2, terms))
    return ways


def _probes(word: str) -> tuple[Probe, ...]:
    if not any(each.isdigit() for each in word):
        return (Probe(WORD + word),)
    digits = _NOT_DIGITS.sub("", word).lstrip("0")
    phone = (Probe(PHONE + digits),) if len(digits) >= LEAST_DIGITS and digits == word.lstrip("0") else ()
    return (Probe(WORD + word), Probe(CODE + word), *phone)


def _words(text: str) -> Iterator[str]:
    for word in _WORDS.findall(plain(_APOSTROPHES.sub("", text))):
        yield word[:LONGEST]


def _code(text: str) -> str:
    return _NOT_OF_CODES.sub("", _unaccented(text))


def _unaccented(text: str) -> str:
    letters = "".join(each for each in normalize("NFKD", folded(text)) if category(each) != "Mn")
    return normalize("NFC", letters.translate(_LETTERS))


class _Number(NamedTuple):
    """The digits of a telephone number: the country code or none, the national ones, and an extension or none."""

    country: str
    national: str
    extension: str


def _phone(text: str, region: str | None) -> set[_Number]:
    """The interpretations of a text as a telephone number."""
    signs = _EXTENSION.sub(" # ", _PHONE_WORDS.sub(" ", folded(text).removeprefix("tel:")))
    if not _PHONE_SIGNS.fullmatch(signs) or not any(each.isdigit() for each in signs):
        return set()
    written, _, more = signs.partition("#")
    written, extension = _ABROAD.sub("+", written), _NOT_DIGITS.sub("", more)
    found: set[_Number] = set()
    with suppress(phonenumbers.NumberParseException):
        parsed = phonenumbers.parse(written, region)
        national = phonenumbers.national_significant_number(parsed).lstrip("0")
        found.add(_Number(str(parsed.country_code), national, extension))
    if not found or not written.lstrip().startswith("+"):
        found.add(_Number("", _NOT_DIGITS.sub("", written).lstrip("0"), extension))
    return found


def _bytes(term: str) -> bytes:
    return term.encode(errors="ignore")


def stored(terms: Iterable[str]) -> set[bytes]:
    """The terms as they are stored and compared: byte by byte, whatever order the database has for letters."""
    return {_bytes(term) for term in terms}
