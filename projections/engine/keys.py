"""Places of rows in memory: keys in a form that Python hashes and compares fast, in the order of the keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from projections.engine.table import Key, Row, Table
from store.writing import sql_type

Place: TypeAlias = Any
"""A UUID's integer, a tuple with such integers, or the key itself: hashing and comparing UUIDs is slow in Python."""


def place_of_key(table: Table) -> Callable[[Key], Place]:
    """A function that returns the place of a key."""
    match _uuids(table):
        case (True,):
            return lambda key: key[0].int
        case (True, True):
            return lambda key: (key[0].int, key[1].int)
        case uuids if any(uuids):
            return lambda key: tuple(value.int if is_uuid else value for value, is_uuid in zip(key, uuids, strict=True))
        case _:
            return lambda key: key


def place_of_row(table: Table) -> Callable[[Row], Place]:
    """A function that returns the place of a row."""
    match _uuids(table), table.key:
        case (True,), (name,):
            return lambda row: row[name].int
        case (True, True), (first, second):
            return lambda row: (row[first].int, row[second].int)
    of_key = place_of_key(table)
    return lambda row: of_key(table.key_of(row))


def _uuids(table: Table) -> tuple[bool, ...]:
    return tuple(sql_type(table.columns[name]) == "uuid" for name in table.key)
