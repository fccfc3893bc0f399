"""Numbers, instants and days in spellings that are refused, and random damage to valid ones."""

from __future__ import annotations

from random import Random
from typing import Final

WIDE_FIVE, ARABIC_FIVE, SUPERSCRIPT_TWO = chr(0xFF15), chr(0x0665), chr(0xB2)
WIDE_POINT, MINUS, NO_BREAK = chr(0xFF0E), chr(0x2212), chr(0xA0)

NUMBERS: Final = (
    *("", " ", "+1", "-1", "01", "1\n", "\n1", " 1", "1 ", "1_0", "1.0", "1e3", "0x1", "1,0"),
    *(WIDE_FIVE, ARABIC_FIVE, SUPERSCRIPT_TWO, f"{MINUS}1", f"1{NO_BREAK}", "1" * 17),
)
QUANTITIES: Final = (
    *("", ".", ".5", "5.", "+1", "-1", "-0", "-0.5", "1\n", " 1", "1 ", "1\t", "1e3", "1E0", "1_000", "1,5", "1.5.0"),
    *("0x1", "NaN", "Infinity", "-Infinity", "sNaN", "1.0000000", "0.1234567", "1" * 13, "--1", "1/2", "1.-5"),
    *(WIDE_FIVE, ARABIC_FIVE, SUPERSCRIPT_TWO, f"1{WIDE_POINT}5", f"{MINUS}1", f"1{NO_BREAK}"),
)
DAYS: Final = (
    *("", "20261121", "2026-W47-6", "2026W476", "2026-325", "2026-11-21\n", " 2026-11-21", "2026-1-2", "26-11-21"),
    *("2026-11-31", "2026-02-29", "0000-01-01", "+2026-11-21", "2026/11/21", "2026-11-21T00:00:00Z"),
    "2026-11-21".replace("2", chr(0xFF12)),
)
INSTANTS: Final = (
    *("", "now", "2026-11-21", "1764000000", "2026-11-21T15:40:02", "2026-11-21 15:40:02Z", "2026-11-21t15:40:02Z"),
    *("2026-11-21T15:40:02z", "2026-W47-6T15:40:02Z", "2026-325T15:40:02Z", "20261121T154002Z", "2026-11-21T154002Z"),
    *("2026-11-21T15:40Z", "2026-11-21T15Z", "2026-11-21T24:00:00Z", "2026-11-21T15:40:02,5Z", "2026-11-21T15:40:60Z"),
    *(
        "2026-11-21T15:40:02+0100",
        "2026-11-21T15:40:02+01",
        "2026-11-21T15:40:02+01:00:30",
        "2026-11-21T15:40:02+24:00",
    ),
    *("2026-11-21T15:40:02+01:00:00.5", "2026-11-21T15:40:02.Z", "2026-11-21T15:40:02.1234567890Z"),
    *("2026-11-21T15:40:02Z\n", " 2026-11-21T15:40:02Z", "2026-11-21T15:40:02 Z", "2026-11-31T15:40:02Z"),
    *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "-2026-11-21T15:40:02Z", "2026-11-21T15:40:02Zulu"),
    f"2026-11-21T15:40:02{MINUS}01:00",
    "2026-11-21T15:40:02Z".replace("2", chr(0xFF12)),
)
_ODD: Final = (*"+-.,:_eETtZzWx0159 \n\t\x00", WIDE_FIVE, ARABIC_FIVE, SUPERSCRIPT_TWO, WIDE_POINT, MINUS, NO_BREAK)


def spoiled(dice: Random, text: str) -> str:
    """The text with one to three characters put in, taken out, changed or doubled."""
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(text) + 1)
        way = dice.randrange(4)
        odd = dice.choice(_ODD)
        text = (
            text[:at] + odd + text[at:],
            text[:at] + text[at + 1 :],
            text[:at] + odd + text[at + 1 :],
            text[:at] + text[at : at + 1] * 2 + text[at + 1 :],
        )[way]
    return text
