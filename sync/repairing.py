"""Repair of operations whose only fault is a character that cannot be stored."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

import msgspec

from domain.kernel.characters import readable
from sync.operation import Operation, parse_operation


def repaired(operation: Operation) -> Operation:
    """The operation with U+FFFD in the place of unfit characters; unchanged if that does not repair it.

    `text` and `content_hash` stay those of what the device sent.
    """
    if operation.fault is None or operation.encoding != "utf-8":
        return operation
    try:
        value = json.loads(operation.text, strict=False, parse_constant=_refused, parse_float=_finite)
        again = parse_operation(msgspec.json.encode(_readable(value)))
    except (ValueError, RecursionError, OverflowError, msgspec.MsgspecError):
        return operation
    return msgspec.structs.replace(again, text=operation.text, content_hash=operation.content_hash)


def _readable(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(name): _readable(inner) for name, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list) else value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refused(text: str) -> NoReturn:
    raise ValueError(text)
