"""The problem of a body or query of which members are wrong, from what marshmallow found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from domain.kernel.problem import BadInput

MESSAGES: Final = {
    "Missing data for required field.": "This member is needed.",
    "Field may not be null.": "This member cannot be null; leave it out instead.",
    "Unknown field.": "There is no such member here.",
    "Invalid input type.": "This is an object.",
    "Invalid type.": "This is an object.",
}
"""Our messages in the place of marshmallow's."""


def bad_members(errors: list[dict[str, str]]) -> BadInput:
    """The problem of these members, each with its pointer and detail."""
    return BadInput(f"{len(errors)} of the input’s members must be corrected." if errors[1:] else "", errors=errors)


def error_list(messages: Mapping[Any, Any] | list[Any] | str, pointer: str = "") -> list[dict[str, str]]:
    """Marshmallow's nested messages as a list of {"pointer", "detail"} (RFC 6901)."""
    if isinstance(messages, str):
        return [{"pointer": pointer, "detail": MESSAGES.get(messages, messages)}]
    if isinstance(messages, list):
        return [pair for message in messages for pair in error_list(message, pointer)]
    pairs = []
    for name, inner in messages.items():
        step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
        pairs += error_list(inner, pointer + step)
    return pairs
