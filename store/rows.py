"""Rows of read-model tables, read and written many at a time as dicts from column to value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import orjson
from psycopg2 import extras

from store.connecting import Cursor
from store.writing import array, sql_type

Row = dict[str, Any]
Key = tuple[Any, ...]

_BYTEA = 17


extras.register_default_json(globally=True, loads=orjson.loads)


class TableLike(Protocol):
    """The definition of a table."""

    @property
    def name(self) -> str:
        """The name, without a schema."""

    @property
    def columns(self) -> Mapping[str, str]:
        """Names and SQL types."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns of the primary key."""

    @property
    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """Further column lists."""

    @property
    def append_only(self) -> bool:
        """Whether rows are only ever added."""


def rows_of(cursor: Cursor) -> list[Row]:
    """The rows of a SELECT, as dicts by column."""
    described = cursor.description or ()
    names = [column.name for column in described]
    rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for name in [column.name for column in described if column.type_code == _BYTEA]:
        for row in rows:
            row[name] = bytes(row[name]) if row[name] is not None else None
    return rows


def load(cursor: Cursor, schema: str, table: TableLike, keys: Collection[Key]) -> list[Row]:
    """The rows with these keys, as far as they exist; one query.

    OFFSET 0 keeps the planner from reading the whole table for a thousand keys, which costs more as the table grows.
    """
    same = " AND ".join(f"t.{name} = k.{name}" for name in table.key)
    cursor.execute(
        f"""
        SELECT {_names(table.columns, "t.")} FROM {_unnest(table, table.key)} AS k ({_names(table.key)})
        CROSS JOIN LATERAL (SELECT t.* FROM {schema}.{table.name} t WHERE {same} OFFSET 0) AS t
        """,  # noqa: S608 - names come from the code
        _key_arrays(table, keys),
    )
    return rows_of(cursor)


def find(cursor: Cursor, schema: str, table: TableLike, equal: Mapping[str, Any]) -> list[Row]:
    """The rows whose columns equal these values; `None` equals NULL."""
    conditions = " AND ".join(f"{name} IS NULL" if equal[name] is None else f"{name} = %({name})s" for name in equal)
    cursor.execute(
        f"SELECT {_names(table.columns)} FROM {schema}.{table.name} WHERE {conditions}",  # noqa: S608 - see above
        equal,
    )
    return rows_of(cursor)


class OrderLike(Protocol):
    """A group of rows in an order."""

    @property
    def equal(self) -> tuple[str, ...]:
        """The columns that are the same in a group."""

    @property
    def by(self) -> tuple[str, ...]:
        """The columns that order it."""


class Bounds(NamedTuple):
    """From `low` through `high`, both included, and after `known`; each has values of the first ordering columns."""

    low: Key = ()
    high: Key = ()
    known: Key | None = None


def span(
    cursor: Cursor,
    schema: str,
    table: TableLike,
    order: OrderLike,
    *,
    equal: Key,
    bounds: Bounds,
    limit: int,
    last: bool,
) -> list[Row]:
    """At most `limit` rows of a group in order, with `last` backwards from the end; "after" is before then."""
    same = dict(zip(order.equal, equal, strict=True))
    conditions = [f"{name} IS NULL" if value is None else f"{name} = %s" for name, value in same.items()]
    values = [value for value in equal if value is not None]
    for sign, bound in ((">=", bounds.low), ("<=", bounds.high), ("<" if last else ">", bounds.known)):
        if bound:
            names = order.by[: len(bound)]
            given = ", ".join(f"%s::{sql_type(table.columns[name])}" for name in names)
            conditions.append(f"({_names(names)}) {sign} ({given})")
            values += bound
    direction = "DESC" if last else "ASC"
    cursor.execute(
        f"""
        SELECT {_names(table.columns)} FROM {schema}.{table.name} WHERE {" AND ".join(conditions)}
        ORDER BY {", ".join(f"{name} {direction}" for name in order.by)} LIMIT {limit}
        """,  # noqa: S608 - names come from the code
        values,
    )
    return rows_of(cursor)


def insert(cursor: Cursor, schema: str, table: TableLike, rows: Sequence[Row]) -> None:
    """Add new rows; one statement."""
    cursor.execute(_insertion(schema, table), _row_arrays(table, rows))


def upsert(cursor: Cursor, schema: str, table: TableLike, rows: Sequence[Row]) -> None:
    """Write rows, replacing those with the same keys; one statement."""
    others = [name for name in table.columns if name not in table.key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    action = f"DO UPDATE SET {changes}" if others else "DO NOTHING"
    statement = f"{_insertion(schema, table)} ON CONFLICT ({_names(table.key)}) {action}"
    cursor.execute(statement, _row_arrays(table, rows))


def delete(cursor: Cursor, schema: str, table: TableLike, keys: Collection[Key]) -> None:
    """Remove the rows with these keys; one statement."""
    same = " AND ".join(f"t.{name} = k.{name}" for name in table.key)
    cursor.execute(
        f"""
        DELETE FROM {schema}.{table.name} t
        USING {_unnest(table, table.key)} AS k ({_names(table.key)})
        WHERE {same}
        """,  # noqa: S608 - names come from the code
        _key_arrays(table, keys),
    )


def _insertion(schema: str, table: TableLike) -> str:
    return f"""
        INSERT INTO {schema}.{table.name} ({_names(table.columns)})
        SELECT * FROM {_unnest(table, table.columns)}
        """  # noqa: S608 - names come from the code


def _unnest(table: TableLike, names: Iterable[str]) -> str:
    return f"unnest({', '.join(f'%s::{sql_type(table.columns[name])}[]' for name in names)})"


def _key_arrays(table: TableLike, keys: Collection[Key]) -> list[str]:
    return [array([key[place] for key in keys], table.columns[name]) for place, name in enumerate(table.key)]


def _row_arrays(table: TableLike, rows: Sequence[Row]) -> list[str]:
    return [array([row[name] for row in rows], declared) for name, declared in table.columns.items()]


def _names(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + name for name in names)
