"""JSON schemas of replies, made from the shapes of rows and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, get_args, get_origin, is_typeddict
from uuid import UUID

from projections.engine.shapes import Format, kind_of, members

_DECIMAL: Final = {"type": "string", "description": "A plain decimal."}
_FORMATS: Final[Mapping[str, dict[str, Any]]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "date-time": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "decimal": _DECIMAL,
}
_TYPES: Final[Mapping[Any, dict[str, Any]]] = {
    UUID: _FORMATS["uuid"],
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    datetime: _FORMATS["date-time"],
    date: _FORMATS["date"],
    Decimal: _DECIMAL,
    Any: {},
}


def schema_of(hint: Any) -> dict[str, Any]:
    """The JSON schema of a shape, of a list or dict of something, or of a single value.

    Raises `KeyError` for a type that has none.
    """
    kind, nullable, notes = kind_of(hint)
    schema = _schema_of(kind)
    for note in notes:
        schema |= _FORMATS[note.name] if isinstance(note, Format) else {"description": note}
    if nullable and "type" in schema:
        schema["type"] = [schema["type"], "null"]
        schema |= {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema


def _schema_of(kind: Any) -> dict[str, Any]:
    if is_typeddict(kind):
        found = list(members(kind))
        properties = {each.name: schema_of(each.hint) for each in found}
        return object_of(properties, [each.name for each in found if each.required])
    if get_origin(kind) is list:
        return {"type": "array", "items": schema_of(get_args(kind)[0])}
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": schema_of(get_args(kind)[1])}
    if get_origin(kind) is Literal:
        return {"type": "string", "enum": list(get_args(kind))}
    return dict(_TYPES[kind])


def object_of(properties: dict[str, dict[str, Any]], required: Iterable[str] | None = None) -> dict[str, Any]:
    """The JSON schema of an object with these members, of which all are `required` unless some are named."""
    return {"type": "object", "required": list(properties if required is None else required), "properties": properties}
