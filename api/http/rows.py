"""Rows of views under the names of the API: columns whose names SQL reserves are renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.http.schemas import DONE, row_of
from projections.engine.table import Row, Table

NAMES: Final[Mapping[str, str]] = {
    "case_id": "case",
    "user_id": "user",
    "from_location": "from",
    "to_location": "to",
}


def api_row(row: Row) -> Row:
    """The row under the API's names."""
    return {NAMES.get(name, name): value for name, value in row.items()}


def api_row_or_none(row: Row | None) -> Row | None:
    """The row under the API's names; None for None."""
    return None if row is None else api_row(row)


def api_rows(rows: list[Row]) -> list[Row]:
    """The rows under the API's names."""
    return [api_row(row) for row in rows]


def shape_of(table: Table, **more: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of the table's rows in a reply, with `more` members beside the columns."""
    return {"type": "object", "properties": api_row(row_of(table)["properties"]) | more}


def done_with(**more: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a command's reply, with `more` members beside those of every command."""
    return DONE | {"properties": DONE["properties"] | more}


ID: Final = {"type": "string", "format": "uuid"}
STRING: Final = {"type": "string"}
LIST: Final[dict[str, Any]] = {"type": "array", "items": {"type": "object"}}
FACT: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "rank": ID,
        "position": {"type": "integer"},
        "fact": {"type": "object"},
    },
}
"""One fact of a long list, with the columns by which lists are ordered."""
