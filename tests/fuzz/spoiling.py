"""Damage to requests: unexpected values, or ids of existing things, at random places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID

TEXTS = (
    "\x00",
    "a\x00b",
    "\x01\x1f\x7f\x85\x9f",
    "\ud83d",
    "\udc00\ud800",
    "\u202egnirts",
    "é" * 3000,
    "ﬁ①Å",
    "٣",
    "0" * 400 + "5",
    "-0",
    "NaN",
    "Infinity",
    "1e400",
    "9" * 400,
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "2026-02-30T10:00:00+25:00",
    "../../etc/passwd",
    "%00",
    "{}",
    "'; DROP TABLE log.events; --",
    "",
    " ",
)
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *(0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 0.1, -0.0),
    *(True, None, [], {}, [[]], {"": None}, [None] * 2000, {"\x00": 1}, {"\ud800": 1}),
)
ALIASES = {"from": "location", "to": "location", "van": "location", "into": "customer", "by": "part", "of": "contact"}
OFTEN = 0.8
"""The probability that an id is replaced by one of an existing thing."""
Path = tuple[Any, ...]


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a JSON value."""
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:50]):
            yield from places(inner, (*at, number))


def replaced(value: Any, at: Path, by: Any) -> Any:
    """The value with another value at this place."""
    if not at:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], by)
    return copy


def spoiled(dice: Random, value: Any) -> Any:
    """The value with one to three places replaced."""
    for _ in range(dice.randint(1, 3)):
        value = replaced(value, dice.choice(list(places(value))), dice.choice(VALUES))
    return value


def led_home(dice: Random, value: Any, known: Mapping[str, Sequence[str]], member: str = "") -> Any:
    """The value with most of its ids replaced by ids of things that are there, and with a zone that there is.

    `known` has them by what they are; a member's name says what is asked for, if anything.
    """
    if isinstance(value, dict):
        return {name: led_home(dice, inner, known, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [led_home(dice, inner, known, member) for inner in value]
    if dice.random() > OFTEN:
        return value
    if member == "zone":
        return "Europe/Berlin"
    wanted = known.get(ALIASES.get(member, member)) or [id for ids in known.values() for id in ids]
    return dice.choice(wanted) if wanted and _is_id(value) else value


def _is_id(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(UUID(value))
    except ValueError:
        return False
