"""Splits JSON by its brackets, commas and quotes alone, so that a fault in one part does not affect others."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_MARK: Final = re.compile(rb'"(?:[^"\\]+|\\.)*+"|[\[\]{},"]', re.DOTALL)
"""A whole string, a bracket or a comma; a quote alone begins a string without an end."""
_MEMBER: Final = re.compile(rb'\s*("(?:[^"\\]+|\\.)*+")\s*:(.*)', re.DOTALL)


def members_of(raw: bytes) -> dict[str, bytes] | None:
    """The members of an object as bytes, each by its name; a name given twice has its last value.

    None when `raw` is no object. Values are not decoded: they may be no JSON at all, as long as their brackets and
    quotes are in pairs.
    """
    parts = _parts(raw, b"{")
    if parts is None:
        return None
    found = {}
    for part in parts:
        member = _MEMBER.fullmatch(part)
        if member is None:
            return None
        try:
            name = msgspec.json.decode(member[1], type=str)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue  # no member that is needed has such a name
        found[name] = member[2].strip()
    return found


def elements_of(raw: bytes) -> list[bytes] | None:
    """The elements of a list as bytes; None when `raw` is no list."""
    parts = _parts(raw, b"[")
    return None if parts is None else [part.strip() for part in parts]


def _parts(raw: bytes, opening: bytes) -> list[bytes] | None:
    """The parts between the commas of the outermost brackets, which must enclose all of `raw`; otherwise None."""
    if not raw.lstrip().startswith(opening):
        return None
    depth, begin = 0, 0
    found: list[bytes] = []
    for mark in _MARK.finditer(raw):
        kind = mark[0]
        if kind == b'"':
            return None
        if kind in (b"[", b"{"):
            depth += 1
            begin = mark.end() if depth == 1 else begin
        elif kind in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                last = raw[begin : mark.start()]
                whole = [*found, last] if found or last.strip() else []
                return None if raw[mark.end() :].strip() else whole
        elif kind == b"," and depth == 1:
            found.append(raw[begin : mark.start()])
            begin = mark.end()
    return None
