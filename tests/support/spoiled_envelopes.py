"""Invalid envelopes: good pushes spoiled at random, byte by byte and value by value."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

import orjson

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**53,
    2**63,
    1.5,
    "",
    "x" * 9000,
    "\x00",
    "\x1b[2J",
    "\x7f",
    "\x9b2J",
    "\u2028\ufeff\ufffe",
    {"\x00": 1},
    {"a\x9b": "\x00"},
    2**53 - 1,
    -(2**63),
    1e308,
    5e-324,
    "🔧" * 40,
    [],
    {},
    [[[[[]]]]],
    {"a": {"b": {"c": None}}},
    "2026-11-20T12:00:00",
    "9999-12-31T23:59:59.999999+14:00",
    "00000000-0000-0000-0000-000000000000",
    "-0",
    "1e5",
    "NaN",
)
RAW = (
    b"1e999",
    b"-0.0",
    b"NaN",
    b'"\\ud800"',
    b"9" * 26,
    b'{"id":1,"id":2}',
    b"[" * 3000,
    b"\xff\xfe",
    b'"\\ud83d"',
    b'"\\udc00\\ud800"',
    b'"\\u0000"',
    b'"\x00"',
    b'"\x7f\xc2\x9b"',
    b'"\xed\xa0\xbd"',
    b'"\xff"',
    b'{"\\ud83d":1}',
    b'{"\\u0000":1}',
    b"Infinity",
    b"-1e-999",
    b"9007199254740993",
    b"-9223372036854775809",
    b"1" * 400,
    b"01",
    b'"\\q"',
)
_TOKEN = re.compile(rb'"[^"\\]*"|-?[0-9]+|null')


class Spoiler:
    """Makes invalid bodies from a valid push; the same random numbers make the same bodies."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def spoil(self, push: dict[str, Any]) -> tuple[bytes, str | None]:
        """A body and its content encoding."""
        random = self._random
        for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
            self._replace(push)
        body = orjson.dumps(push, option=orjson.OPT_NON_STR_KEYS)
        damages = (self._flip, self._cut, self._splice, self._repeat, self._put, self._put)
        for damage in random.sample(damages, random.choice((0, 0, 0, 1, 2))):
            body = damage(body) if body else body
        return random.choice(self._ENCODINGS)(body)

    def _replace(self, value: Any) -> None:
        """Replace or remove a value at a random depth."""
        random = self._random
        while True:
            places = list(value) if isinstance(value, dict) else list(range(len(value)))
            if not places:
                return
            place = random.choice(places)
            inner = value[place]
            if isinstance(inner, (dict, list)) and inner and random.random() < 0.8:
                value = inner
                continue
            if random.random() < 0.25:
                del value[place]
            else:
                value[place] = deepcopy(random.choice(ODD))
            return

    def _flip(self, body: bytes) -> bytes:
        place = self._random.randrange(len(body))
        return body[:place] + bytes([self._random.randrange(256)]) + body[place + 1 :]

    def _cut(self, body: bytes) -> bytes:
        return body[: self._random.randrange(len(body))]

    def _splice(self, body: bytes) -> bytes:
        """Insert a raw token before a value: what no JSON writer would write."""
        places = [place for place, byte in enumerate(body) if byte in b":,["]
        if not places:
            return body
        place = self._random.choice(places) + 1
        return body[:place] + self._random.choice(RAW) + b"," + body[place:]

    def _put(self, body: bytes) -> bytes:
        """A raw token where a value or a member's name stood: brackets and commas stay as they were."""
        tokens = list(_TOKEN.finditer(body))
        if not tokens:
            return body
        token = self._random.choice(tokens)
        return body[: token.start()] + self._random.choice(RAW) + body[token.end() :]

    def _repeat(self, body: bytes) -> bytes:
        return body * self._random.choice((2, 3))

    _ENCODINGS: tuple[Callable[[bytes], tuple[bytes, str | None]], ...] = (
        *[lambda body: (body, None)] * 8,
        lambda body: (gzip.compress(body, 1), "gzip"),
        lambda body: (gzip.compress(body, 1)[:-9], "gzip"),
        lambda body: (zlib.compress(body), "gzip"),
        lambda body: (body, "gzip"),
        lambda body: (body, "zstd"),
        lambda body: (body, "br"),
    )
