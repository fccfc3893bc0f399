"""Names of the things whose ids appear in rows and events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from domain.stock.location import VIRTUAL
from projections.engine.reader import Reader

QUERIES: Final[Mapping[str, str]] = {
    "parts": "SELECT id, number AS name FROM parts WHERE id = ANY(%s::uuid[])",
    "work-orders": "SELECT id, number AS name FROM work_orders WHERE id = ANY(%s::uuid[])",
    "customers": "SELECT id, name FROM customers WHERE id = ANY(%s::uuid[])",
    "technicians": "SELECT id, name FROM technicians WHERE id = ANY(%s::uuid[])",
    "users": "SELECT id, name FROM users WHERE id = ANY(%s::uuid[])",
    "locations": "SELECT id, name FROM locations WHERE id = ANY(%s::uuid[])",
    "equipment": "SELECT id, concat_ws(' ', model, serial) AS name FROM equipment WHERE id = ANY(%s::uuid[])",
    "devices": "SELECT id, name FROM devices WHERE id = ANY(%s::uuid[])",
}
"""For each noun of the API, the query for the names of its things; who was erased has none."""

BOOKS: Final = {id: kind for kind, id in VIRTUAL.items()}
"""The virtual locations, by id."""


def names_of(reader: Reader, ids: Collection[UUID], nouns: Iterable[str] = tuple(QUERIES)) -> dict[UUID, str]:
    """The names of those ids that are things of these nouns; other ids are left out."""
    found: dict[UUID, str] = {id: BOOKS[id] for id in ids if id in BOOKS}
    wanted = [str(id) for id in ids if id not in found]
    for noun in nouns if wanted else ():
        rows = reader.fetch_all(QUERIES[noun], (wanted,))
        found |= {row["id"]: row["name"] for row in rows if row["name"]}
    return found


def ids_in(value: Any) -> set[UUID]:
    """All ids in a value, as such or as texts of 36 characters, lists and members included."""
    match value:
        case UUID():
            return {value}
        case str():
            id = _id(value)
            return set() if id is None else {id}
        case Mapping():
            return {id for each in value.values() for id in ids_in(each)}
        case list() | tuple() | set() | frozenset():
            return {id for each in value for id in ids_in(each)}
    return set()


def _id(text: str) -> UUID | None:
    if len(text) != 36 or text.count("-") != 4:  # noqa: PLR2004 - the canonical form of a UUID
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
