"""Rows of views under the names of the API: columns whose names SQL reserves are renamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.http.schemas import DONE
from api.http.shapes import object_of, schema_of
from projections.engine.shapes import Shape, members
from projections.engine.table import Row

NAMES: Final[Mapping[str, str]] = {
    "case_id": "case",
    "user_id": "user",
    "from_location": "from",
    "to_location": "to",
}


def api_row(row: Mapping[str, Any]) -> Row:
    """The row under the API's names."""
    return {NAMES.get(name, name): value for name, value in row.items()}


def api_row_or_none(row: Mapping[str, Any] | None) -> Row | None:
    """The row under the API's names; None for None."""
    return None if row is None else api_row(row)


def api_rows(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows under the API's names."""
    return [api_row(row) for row in rows]


def api_schema(shape: Shape, *without: str, **other: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of rows of this shape under the API's names, `without` some members.

    `other` are the schemas of members that only the API has, or shows otherwise.
    """
    found = [each for each in members(shape) if each.name not in without]
    optional = {NAMES.get(each.name, each.name) for each in found if not each.required}
    properties = api_row({each.name: schema_of(each.hint) for each in found}) | other
    return object_of(properties, [name for name in properties if name not in optional])


def done_with(**more: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a command's reply, with `more` members beside those of every command."""
    return DONE | {"properties": DONE["properties"] | more}


ID: Final = {"type": "string", "format": "uuid"}
STRING: Final = {"type": "string"}
