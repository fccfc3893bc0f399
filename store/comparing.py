"""Comparison of two tables of one definition, row by row, in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from store.connecting import Cursor
from store.rows import Key, TableLike
from store.writing import sql_type


class Difference(NamedTuple):
    """One column of one row that is not as expected; `column` is `None` for a row that is missing or surplus.

    Then `live` or `expected` is `None` and the other one is the whole row. JSON columns are compared as text.
    """

    table: str
    key: Key
    column: str | None
    live: Any
    expected: Any


def differences(cursor: Cursor, table: TableLike, live: str, expected: str, *, most: int) -> Iterator[Difference]:
    """The differences of the table in schema `live` from the one in `expected`, at most `most` rows, ordered by key."""
    names = list(table.columns)
    same_key = " AND ".join(f"l.{name} = e.{name}" for name in table.key)
    first = table.key[0]
    cursor.execute(
        f"""
        SELECT l.{first} IS NOT NULL, e.{first} IS NOT NULL, {_comparable("l", table)}, {_comparable("e", table)}
        FROM {live}.{table.name} l
        FULL JOIN {expected}.{table.name} e ON {same_key}
        WHERE l.{first} IS NULL OR e.{first} IS NULL
            OR ({_comparable("l", table)}) IS DISTINCT FROM ({_comparable("e", table)})
        ORDER BY {", ".join(f"coalesce(l.{name}, e.{name})" for name in table.key)}
        LIMIT %s
        """,  # noqa: S608 - names come from the code
        (most,),
    )
    for is_live, is_expected, *values in cursor.fetchall():
        plain = [bytes(value) if isinstance(value, memoryview) else value for value in values]
        there, wanted = (dict(zip(names, half, strict=True)) for half in (plain[: len(names)], plain[len(names) :]))
        key = tuple((there if is_live else wanted)[name] for name in table.key)
        if is_live and is_expected:
            for name in names:
                if there[name] != wanted[name]:
                    yield Difference(table.name, key, name, there[name], wanted[name])
        else:
            yield Difference(table.name, key, None, there if is_live else None, wanted if is_expected else None)


def _comparable(alias: str, table: TableLike) -> str:
    """All columns as one row; JSON is compared as its stored text."""
    return ", ".join(
        f"{alias}.{name}::text" if sql_type(declared) == "json" else f"{alias}.{name}"
        for name, declared in table.columns.items()
    )
