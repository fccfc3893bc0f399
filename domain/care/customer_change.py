"""Changes to a customer's details that were wanted while others may have changed them too."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from domain.kernel.instant import parse_zone
from domain.kernel.problem import BadInput

Value = str | tuple[str, ...] | None
NEVER_EMPTY = ("name", "language")
FIELDS = ("name", "phones", "email", "language", "zone")


class Clash(msgspec.Struct, frozen=True):
    """A field that was not changed, since it is no longer what the change started from: both values stand."""

    field: str
    kept: Value
    wanted: Value


def same(one: Value, other: Value) -> bool:
    """Whether two values say the same; nothing, an empty text and an empty list all say nothing."""
    return (one or None) == (other or None)


def texts(value: Value) -> tuple[str, ...]:
    """A value as the texts it is made of."""
    if isinstance(value, tuple):
        return value
    return (value,) if value else ()


def cleared(field: str) -> Value:
    """The value of a field that says nothing."""
    return () if field == "phones" else ""


def check_fields(fields: Mapping[str, Value]) -> None:
    """Raise `BadInput` unless each is a field that may be changed and has a value that it can have."""
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


def sort_out(
    current: Mapping[str, Value], changes: Mapping[str, tuple[Value, Value]]
) -> tuple[dict[str, Value], tuple[Clash, ...]]:
    """What to change and what clashes, from the current values and the (from, to) that are wanted of each field.

    A field that still is what the change started from is changed; one that already is what was wanted is left;
    any other clashes.
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
