"""What is written into a read model's row is what is read from it, whichever way it went in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.engine.table import Table
from store import rows, tables
from store.connecting import Cursor
from store.copying import copy
from store.pool import ConnectionPool

EVERYTHING = Table(
    "everything",
    {
        "id": "integer NOT NULL",
        "uuid": "uuid",
        "text": "text",
        "big": "bigint",
        "flag": "boolean",
        "instant": "timestamptz",
        "day": "date",
        "quantity": "numeric(18,6)",
        "document": "json",
        "bytes": "bytea",
    },
    key=("id",),
    indexes=(("text", "id"),),
)

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('abc"\\', max_size=3), inner, max_size=3),
    max_leaves=8,
)
values = {
    "uuid": st.uuids(),
    "text": texts | st.sampled_from(["", "null", "\\N", "\\.", 'a,"b"\n\\.\n', "\\n", "\t\r\x0b\x7f\x1e"]),
    "big": st.integers(-(2**63), 2**63 - 1),
    "flag": st.booleans(),
    "instant": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    "day": st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    "quantity": st.decimals(-(10**11), 10**11, places=6),
    "document": jsons,
    "bytes": st.binary(max_size=20),
}
some_rows = st.lists(
    st.fixed_dictionaries({name: st.none() | strategy for name, strategy in values.items()}), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def cursor(cluster: Any) -> Iterator[Cursor]:
    """A session on a database with one table of every type of column."""
    with cluster.database() as dsn:
        pool = ConnectionPool(dsn)
        with pool.connection() as session, session.cursor() as made:
            made.execute("CREATE SCHEMA views")
            tables.create(made, "views", EVERYTHING)
            tables.add_indexes(made, "views", EVERYTHING)
            yield made
        pool.close()


@given(found=some_rows)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_comes_back_as_it_went_in_by_every_way(cursor: Cursor, found: list[dict[str, Any]]) -> None:
    given_rows = [{"id": number, **row} for number, row in enumerate(found)]
    for way in (copy, rows.insert, rows.upsert):
        cursor.execute("DELETE FROM views.everything")
        way(cursor, "views", EVERYTHING, given_rows)
        read = rows.load(cursor, "views", EVERYTHING, [(row["id"],) for row in given_rows])
        assert sorted(read, key=EVERYTHING.key_of) == given_rows
    rows.upsert(cursor, "views", EVERYTHING, list(reversed(given_rows)))
    cursor.execute("SELECT * FROM views.everything ORDER BY id")
    assert rows.rows_of(cursor) == given_rows


def test_a_character_that_the_database_cannot_hold_stops_nobody(cursor: Cursor) -> None:
    row = dict.fromkeys(EVERYTHING.columns) | {"id": 1, "text": "\\u0000\x00\n", "document": ["\x00"]}
    for way in (copy, rows.insert, rows.upsert):
        cursor.execute("DELETE FROM views.everything")
        way(cursor, "views", EVERYTHING, [row])
        assert rows.load(cursor, "views", EVERYTHING, [(1,)]) == [row | {"text": "\\u0000\ufffd\n"}]


def test_rows_are_found_by_values_and_by_their_absence(cursor: Cursor) -> None:
    cursor.execute("DELETE FROM views.everything")
    empty: dict[str, Any] = dict.fromkeys(EVERYTHING.columns)
    given_rows = [empty | {"id": 1, "text": "a"}, empty | {"id": 2, "text": "a", "flag": True}, empty | {"id": 3}]
    rows.insert(cursor, "views", EVERYTHING, given_rows)
    assert rows.find(cursor, "views", EVERYTHING, {"text": "a", "flag": None}) == given_rows[:1]
    assert rows.find(cursor, "views", EVERYTHING, {"text": None}) == given_rows[2:]
    rows.delete(cursor, "views", EVERYTHING, [(1,), (3,), (4,)])
    assert rows.load(cursor, "views", EVERYTHING, [(1,), (2,), (3,)]) == given_rows[1:2]


def test_what_has_no_place_in_a_column_is_refused(cursor: Cursor) -> None:
    row = dict.fromkeys(EVERYTHING.columns) | {"id": 1}
    for value in (object(), {UUID(int=1)}, Decimal):
        with pytest.raises(TypeError):
            rows.insert(cursor, "views", EVERYTHING, [row | {"document": [value]}])
        with pytest.raises(TypeError):
            copy(cursor, "views", EVERYTHING, [row | {"document": [value]}])
