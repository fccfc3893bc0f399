"""Requested changes of a customer's details, compared with concurrent ones."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from domain.kernel.instant import parse_zone
from domain.kernel.problem import BadInput

Value = str | tuple[str, ...] | None
NEVER_EMPTY = ("name", "language")
FIELDS = ("name", "phones", "email", "language", "zone")


class Clash(msgspec.Struct, frozen=True):
    """A field that was not changed, since it no longer has the value the change started from: both are kept."""

    field: str
    kept: Value
    wanted: Value


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal; None, an empty text and an empty list are the same."""
    return (one or None) == (other or None)


def texts(value: Value) -> tuple[str, ...]:
    """A value as a tuple of texts."""
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def cleared(field: str) -> Value:
    """The empty value of a field."""
    return () if field == "phones" else ""


def check_fields(fields: Mapping[str, Value]) -> None:
    """Raise `BadInput` unless each is a field that may be changed, with a value of its type."""
    errors = []
    for field, value in fields.items():
        if field not in FIELDS:
            detail = f"A customer has no {field}; what can be changed is {', '.join(FIELDS)}."
        elif not isinstance(value, type(cleared(field))):
            detail = "Phones are a list of texts." if field == "phones" else f"The {field} is a text."
        elif field in NEVER_EMPTY and not str(value).strip():
            detail = f"The {field} cannot be empty."
        else:
            continue
        errors.append({"pointer": f"/{field}", "detail": detail})
    if errors:
        raise BadInput(errors[0]["detail"], errors=errors)
    if zone := fields.get("zone"):
        parse_zone(str(zone))


def split_changes(
    current: Mapping[str, Value], changes: Mapping[str, tuple[Value, Value]]
) -> tuple[dict[str, Value], tuple[Clash, ...]]:
    """The changes to make and the clashes, from the current values and the requested (from, to) of each field.

    A field with its from-value is changed; one with its to-value already is left; any other clashes.
    """
    change: dict[str, Value] = {}
    clashes = []
    for field, (from_, to) in changes.items():
        if same(current[field], to):
            continue
        if same(current[field], from_):
            change[field] = to
        else:
            clashes.append(Clash(field, current[field], to))
    return change, tuple(clashes)
