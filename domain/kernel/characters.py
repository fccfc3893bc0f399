"""Characters that no text may hold: control characters other than tab and line ends, and halves of surrogate pairs.

PostgreSQL keeps neither NUL nor half a pair, terminals obey the others, and none of them is anybody's word.
"""

from __future__ import annotations

import re
from typing import Any, Final

UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""One such character."""

FIT_PATTERN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""A whole text without any, as a pattern for schemas whose reader lets no half pair in."""

REPLACEMENT: Final = "\ufffd"
"""What is shown in the place of such a character."""


_Place = tuple["_Place", str | int] | None
"""The path of a value: that of its container, and its name or index there; None for the whole."""

# Whatever such a character looks like in JSON; false matches are excluded when the text is parsed.
_PERHAPS_UNFIT: Final = re.compile(rb"\\[bfu]|\x7f|\xc2[\x80-\x9f]")


def may_be_unfit(raw: bytes) -> bool:
    """Whether JSON in these bytes may hold an unfit character: a quick check before a thorough one."""
    return _PERHAPS_UNFIT.search(raw) is not None


def readable(text: str) -> str:
    """The text with `REPLACEMENT` in the place of each unfit character."""
    return UNFIT.sub(REPLACEMENT, text)


def unfit_place(value: Any) -> str | None:
    """The JSON pointer (RFC 6901) of the first text or member name in a JSON value with an unfit character, if any."""
    waiting: list[tuple[_Place, Any]] = [(None, value)]
    while waiting:
        place, one = waiting.pop()
        if isinstance(one, str):
            if UNFIT.search(one):
                return _pointer(place)
        elif isinstance(one, dict):
            if any(UNFIT.search(name) for name in one):
                return _pointer(place)
            waiting += [((place, name), inner) for name, inner in reversed(one.items())]
        elif isinstance(one, list):
            waiting += [((place, number), inner) for number, inner in reversed(list(enumerate(one)))]
    return None


def _pointer(place: _Place) -> str:
    """The pointer to a place: written for the one that is asked about, since a long name may have many values below."""
    steps: list[str] = []
    while place is not None:
        place, step = place
        steps.append("/" + str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(reversed(steps))
