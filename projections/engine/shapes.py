"""Shapes of rows and of the JSON in them: typed dicts, from which tables, descriptions and checks are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NamedTuple,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)
from uuid import UUID

Shape = type[Any]
"""A `TypedDict`; what may be null is `… | None`, and what may be missing `NotRequired[…]`, each written out."""


class Format(NamedTuple):
    """What a text within JSON is: `uuid`, `date-time`, `date` or `decimal`."""

    name: str


Id = Annotated[str, Format("uuid")]
"""An id within JSON, where a column of its own is a `UUID`; so are the next three instead of what they are there."""
Instant = Annotated[str, Format("date-time")]
Day = Annotated[str, Format("date")]
Quantity = Annotated[str, Format("decimal")]


class Member(NamedTuple):
    """One member of a shape, with its type."""

    name: str
    hint: Any
    required: bool


def members(shape: Shape) -> Iterator[Member]:
    """The members of a shape, in order, those that it inherits first."""
    # Without `localns`, what a shape inherits would be looked up in the module of the shape that inherits it.
    for name, hint in get_type_hints(shape, localns={}, include_extras=True).items():
        required = get_origin(hint) is not NotRequired
        yield Member(name, hint if required else get_args(hint)[0], required)


class Kind(NamedTuple):
    """A type taken apart: without `None`, and without the notes about it.

    `notes` are what `Annotated` adds: a `Format`, or a text that describes the member.
    """

    type: Any
    nullable: bool
    notes: tuple[Any, ...]


def kind_of(hint: Any) -> Kind:
    """A type taken apart; raises `TypeError` for a union of several."""
    inner, notes = (hint.__origin__, hint.__metadata__) if get_origin(hint) is Annotated else (hint, ())
    if get_origin(inner) not in (Union, UnionType):
        return Kind(inner, nullable=False, notes=notes)
    kinds = [each for each in get_args(inner) if each is not NoneType]
    if len(kinds) > 1:
        raise TypeError(f"{hint} is more than one type")
    found = kind_of(kinds[0])
    return Kind(found.type, nullable=True, notes=(*notes, *found.notes))


_COLUMNS: Final = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    datetime: "timestamptz",
    date: "date",
    Decimal: "numeric",
    bytes: "bytea",
}


def columns_of(shape: Shape) -> dict[str, str]:
    """The SQL types of a row's columns: lists, dicts and shapes are `json`, codes (`Literal`) are `text`.

    Raises `TypeError` for a member that may be missing, or of a type that no column has.
    """
    return {member.name: _column(member) for member in members(shape)}


def _column(member: Member) -> str:
    kind = kind_of(member.hint)
    is_json = is_typeddict(kind.type) or get_origin(kind.type) in (list, dict)
    column = "json" if is_json else _COLUMNS.get(str if get_origin(kind.type) is Literal else kind.type)
    if column is None or not member.required:
        raise TypeError(f"no column can hold {member.name}: {member.hint}")
    return column if kind.nullable else f"{column} NOT NULL"
