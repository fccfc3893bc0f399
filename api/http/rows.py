"""Rows of views in the words of the API: a word that SQL keeps for itself has another name in a table."""

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
    """The row under the API's names, if there is one."""
    return None if row is None else api_row(row)


def api_rows(rows: list[Row]) -> list[Row]:
    """The rows under the API's names."""
    return [api_row(row) for row in rows]


def shape_of(table: Table, **more: dict[str, Any]) -> dict[str, Any]:
    """How such a row looks in a reply, with `more` members beside the table's columns."""
    return {"type": "object", "properties": api_row(row_of(table)["properties"]) | more}


def done_with(**more: dict[str, Any]) -> dict[str, Any]:
    """The reply to a command that tells more than every command does."""
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
"""One fact of a long list, as the list shows it, with what lists are ordered by."""
