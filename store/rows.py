"""Rows of read-model tables, read and written many at a time as dicts from column to value."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import msgspec
import orjson
from psycopg2 import extensions, extras

from store.connecting import Cursor

Row = dict[str, Any]
Key = tuple[Any, ...]

_BYTEA, _UUID = 17, 2950


def _uuid(text: str | None, _: Cursor) -> UUID | None:
    return None if text is None else msgspec.convert(text, UUID)


# Many thousand values a second come this way: psycopg2's own casters are slow Python code.
extensions.register_type(extensions.new_type((_UUID,), "UUID", _uuid))  # type: ignore[arg-type]
extras.register_default_json(globally=True, loads=orjson.loads)


class TableLike(Protocol):
    """What has to be known of a table."""

    @property
    def name(self) -> str:
        """Without a schema."""

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
    """What a SELECT answered, as dicts by column."""
    described = cursor.description or ()
    names = [column.name for column in described]
    rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for name in [column.name for column in described if column.type_code == _BYTEA]:
        for row in rows:
            row[name] = bytes(row[name]) if row[name] is not None else None
    return rows


def load(cursor: Cursor, schema: str, table: TableLike, keys: Collection[Key]) -> list[Row]:
    """The rows with these keys, as far as they exist; one query."""
    cursor.execute(
        f"""
        SELECT {_names(table.columns, "t.")} FROM {schema}.{table.name} t
        JOIN json_to_recordset(%s) AS k({_typed(table, table.key)}) USING ({_names(table.key)})
        """,  # noqa: S608 - names come from the code
        (_objects(table.key, keys),),
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


def insert(cursor: Cursor, schema: str, table: TableLike, rows: Sequence[Row]) -> None:
    """Add new rows; one statement."""
    cursor.execute(_insertion(schema, table), (_packed(rows),))


def upsert(cursor: Cursor, schema: str, table: TableLike, rows: Sequence[Row]) -> None:
    """Write rows, new or in the place of those with their keys; one statement."""
    others = [name for name in table.columns if name not in table.key]
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    action = f"DO UPDATE SET {changes}" if others else "DO NOTHING"
    cursor.execute(f"{_insertion(schema, table)} ON CONFLICT ({_names(table.key)}) {action}", (_packed(rows),))


def delete(cursor: Cursor, schema: str, table: TableLike, keys: Collection[Key]) -> None:
    """Remove the rows with these keys; one statement."""
    same = " AND ".join(f"t.{name} = k.{name}" for name in table.key)
    cursor.execute(
        f"""
        DELETE FROM {schema}.{table.name} t
        USING json_to_recordset(%s) AS k({_typed(table, table.key)})
        WHERE {same}
        """,  # noqa: S608 - names come from the code
        (_objects(table.key, keys),),
    )


def _insertion(schema: str, table: TableLike) -> str:
    return f"""
        INSERT INTO {schema}.{table.name} ({_names(table.columns)})
        SELECT {_names(table.columns)} FROM json_to_recordset(%s) AS r({_typed(table, table.columns)})
        """  # noqa: S608 - names come from the code


def _objects(names: Sequence[str], keys: Iterable[Key]) -> str:
    return _packed([dict(zip(names, key, strict=True)) for key in keys])


def _packed(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, default=plain, option=orjson.OPT_SORT_KEYS).decode()


def _names(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(prefix + name for name in names)


def _typed(table: TableLike, names: Iterable[str]) -> str:
    return ", ".join(f"{name} {sql_type(table.columns[name])}" for name in names)


def sql_type(declared: str) -> str:
    """The bare type of a column's declaration."""
    return declared.removesuffix("NOT NULL").strip()


def plain(value: Any) -> str:
    """How a value that JSON does not know is written for PostgreSQL."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"{type(value).__name__} has no place in a column")
