"""JSON as in the sync protocol: compact, canonical (RFC 8785), without floats."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any, NoReturn

from .limits import LARGEST

Json = dict[str, Any]


def to_json(value: Any) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(value: Any) -> bytes:
    """The canonical JSON (RFC 8785) of strings, integers within ±(2^53−1), booleans, nulls, lists and objects.

    Raises ValueError for text that is no Unicode.
    """
    return to_json(in_order(value)).encode()


def in_order(value: Any) -> Any:
    """The same value with the members of its objects in the order of RFC 8785, which is that of UTF-16."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value, key=lambda name: str(name).encode("utf-16-be"))}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def refuse_float(text: str) -> NoReturn:
    """For the parser: raises ValueError, since the protocol has no floats."""
    raise ValueError(f"{text} must be a string, since the protocol has no floats")


def exact_integer(text: str) -> int:
    """For the parser: an integer that every language keeps exactly."""
    if abs(int(text)) > LARGEST:
        raise ValueError(f"{text} must be a string, since integers end at {LARGEST}")
    return int(text)


def ascii_names(pairs: list[tuple[str, Any]]) -> Json:
    """For the parser: an object whose members can be ordered in one way only."""
    for name, _ in pairs:
        if not name.isascii():
            raise ValueError(f"the name {name} is not ASCII")
    return dict(pairs)


def sendable(value: Json) -> Json:
    """The value as the server will read it; raises TypeError or ValueError for what the protocol cannot express."""
    hooks: Json = {"parse_float": refuse_float, "parse_constant": refuse_float, "parse_int": exact_integer}
    read: Json = json.loads(to_json(value), object_pairs_hook=ascii_names, **hooks)
    return read


def base64(raw: bytes) -> str:
    """The bytes as base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def instant(text: str) -> datetime:
    """An aware instant from RFC 3339 text; without an offset it is local time."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.astimezone()
