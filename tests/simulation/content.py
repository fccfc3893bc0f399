"""The content hash of an operation, computed independently of the server's code."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson


def content_of(operation: dict[str, Any]) -> str:
    """The hash of an operation's canonical JSON without its place in a queue and its signature."""
    rest = {name: value for name, value in operation.items() if name not in ("seq", "signature")}
    return sha256(orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)).hexdigest()
