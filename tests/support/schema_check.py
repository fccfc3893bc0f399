"""Whether a JSON value has exactly the shape of its schema: no member too many, none missing, each of its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from domain.kernel.instant import parse_instant

_KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_FORMATS: dict[str, Callable[[str], Any]] = {"uuid": UUID, "date-time": parse_instant, "date": date.fromisoformat}


def complaints(value: Any, schema: dict[str, Any], where: str = "") -> Iterator[str]:
    """What does not fit, each with a JSON pointer; a schema without a type is anything."""
    if "type" not in schema:
        return
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next((each for each in kinds if _is(value, each)), None)
    if kind is None:
        yield f"{where}: {value!r} is not {' or '.join(kinds)}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of the codes"
    elif kind == "string":
        yield from _text(value, schema, where)
    elif kind == "array" and "items" in schema:
        for place, each in enumerate(value):
            yield from complaints(each, schema["items"], f"{where}/{place}")
    elif kind == "object":
        yield from _members(value, schema, where)


def _is(value: Any, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _text(value: str, schema: dict[str, Any], where: str) -> Iterator[str]:
    if "format" in schema:
        try:
            _FORMATS[schema["format"]](value)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no such text
            yield f"{where}: {value!r} is no {schema['format']}: {error}"
    if schema.get("description") == "A plain decimal." and not _DECIMAL.fullmatch(value):
        yield f"{where}: {value!r} is no plain decimal"


def _members(value: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    if "additionalProperties" in schema:
        for name, each in value.items():
            if name not in schema.get("properties", {}):
                yield from complaints(each, schema["additionalProperties"], f"{where}/{name}")
    elif "properties" in schema:
        yield from (f"{where}/{name} is not declared" for name in value if name not in schema["properties"])
    yield from (f"{where}/{name} is missing" for name in schema.get("required", ()) if name not in value)
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from complaints(value[name], inner, f"{where}/{name}")


def pointers(value: Any, where: str) -> Iterator[str]:
    """Where a JSON value has values, without the places in lists."""
    if value is not None:
        yield where
    if isinstance(value, dict):
        for name, each in value.items():
            yield from pointers(each, f"{where}/{name}")
    elif isinstance(value, list):
        for each in value:
            yield from pointers(each, where)


def members_of(schema: dict[str, Any], where: str) -> Iterator[str]:
    """Where a schema says that there are values."""
    yield where
    for name, inner in schema.get("properties", {}).items():
        yield from members_of(inner, f"{where}/{name}")
    if "items" in schema:
        yield from members_of(schema["items"], where)
