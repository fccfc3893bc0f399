"""What each kind of thing is found by, from what was told about it."""

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


def _names(told: Row) -> set[str]:
    return words(told["name"] or "")


def _customer(told: Row) -> set[str]:
    email = told["email"] or ""
    found = _names(told) | words(email) | codes(email)
    return found.union(*(phones(each) | codes(each) for each in told["phones"] or ()))


def _numbered(told: Row) -> set[str]:
    return words(told["number"] or "") | codes(told["number"] or "")


def _equipment(told: Row) -> set[str]:
    return _numbered(told) | _names(told) | codes(told["name"] or "")


def _part(told: Row) -> set[str]:
    found = _numbered(told).union(*(words(each) for each in told["names"]))
    return found.union(*(codes(each) | codes(each.zfill(14)) for each in told["gtins"]))


def _user(told: Row) -> set[str]:
    return _names(told) | words(told["login"] or "") | codes(told["login"] or "")


def _elsewhere(told: Row) -> set[str]:
    """What another system calls it, whatever it is."""
    return words(told["external_id"] or "") | codes(told["external_id"] or "")


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


def terms_of(kind: str, told: Row) -> set[bytes]:
    """The terms that a thing is found by, as they are stored; nothing told is nothing that it is found by."""
    return stored(_TERMS[kind](told) | _elsewhere(told)) if any(told.values()) else set()
