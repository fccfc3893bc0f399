"""The terms of each kind of thing, from its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from projections.engine.table import Row
from projections.lookup.search_terms import codes, phones, stored, words

KINDS: Final = (
    "cases",
    "customers",
    "equipment",
    "locations",
    "parts",
    "sites",
    "technicians",
    "users",
    "work-orders",
)
"""What can be found, by the noun of the API; a site belongs to the nouns of its customer."""


def _names(fields: Row) -> set[str]:
    return words(fields["name"] or "")


def _customer(fields: Row) -> set[str]:
    email = fields["email"] or ""
    found = _names(fields) | words(email) | codes(email)
    return found.union(*(phones(each) | codes(each) for each in fields["phones"] or ()))


def _numbered(fields: Row) -> set[str]:
    return words(fields["number"] or "") | codes(fields["number"] or "")


def _equipment(fields: Row) -> set[str]:
    return _numbered(fields) | _names(fields) | codes(fields["name"] or "")


def _part(fields: Row) -> set[str]:
    found = _numbered(fields).union(*(words(each) for each in fields["names"]))
    return found.union(*(codes(each) | codes(each.zfill(14)) for each in fields["gtins"]))


def _user(fields: Row) -> set[str]:
    return _names(fields) | words(fields["login"] or "") | codes(fields["login"] or "")


def _elsewhere(fields: Row) -> set[str]:
    """The terms of an external reference, for every kind."""
    return words(fields["external_id"] or "") | codes(fields["external_id"] or "")


_TERMS: Final[dict[str, Callable[[Row], set[str]]]] = {
    "cases": _numbered,
    "customers": _customer,
    "equipment": _equipment,
    "locations": _names,
    "parts": _part,
    "sites": _names,
    "technicians": _names,
    "users": _user,
    "work-orders": _numbered,
}


def terms_of(kind: str, fields: Row) -> set[bytes]:
    """The terms of a thing, as they are stored; none for fields without values."""
    return stored(_TERMS[kind](fields) | _elsewhere(fields)) if any(fields.values()) else set()
