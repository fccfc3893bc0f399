"""Shapes of rows: the tables and JSON schemas that are made from them, and the check that tests hold rows against."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict
from uuid import UUID

import pytest

from api.http.shapes import schema_of
from projections.engine.shapes import Instant
from projections.engine.table import Table
from tests.support.schema_check import complaints


class Inner(TypedDict):
    at: Instant
    note: NotRequired[str | None]


class Outer(TypedDict):
    id: UUID
    many: int | None
    kind: Literal["a", "b"]
    inner: list[Inner]


GOOD: dict[str, Any] = {"id": str(UUID(int=1)), "many": None, "kind": "a", "inner": [{"at": "2026-01-06T09:00:00Z"}]}


def test_what_fits_a_shape_is_not_complained_about() -> None:
    assert list(complaints(GOOD, schema_of(Outer))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"more": 1},
        {"id": "1"},
        {"id": None},
        {"many": "1"},
        {"many": True},
        {"kind": "c"},
        {"inner": None},
        {"inner": [{}]},
        {"inner": [{"at": "yesterday"}]},
        {"inner": [{"at": "2026-01-06T09:00:00Z", "note": 1}]},
        {"inner": [{"at": "2026-01-06T09:00:00Z", "more": 1}]},
    ],
    ids=repr,
)
def test_a_member_too_many_or_of_another_type_is_complained_about(wrong: dict[str, Any]) -> None:
    assert len(list(complaints(GOOD | wrong, schema_of(Outer)))) == 1


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_missing_member_is_complained_about(name: str) -> None:
    less = {other: value for other, value in GOOD.items() if other != name}
    assert list(complaints(less, schema_of(Outer))) == [f"/{name} is missing"]


def test_a_shape_makes_the_columns_of_a_table() -> None:
    columns = {"id": "uuid NOT NULL", "many": "bigint", "kind": "text NOT NULL", "inner": "json NOT NULL"}
    assert Table.of("outer", Outer, key=("id",)).columns == columns


class Two(TypedDict):
    one: int | str


class Odd(TypedDict):
    one: object


@pytest.mark.parametrize("shape", [Inner, Two, Odd])
def test_what_no_column_can_hold_makes_no_table(shape: Any) -> None:
    with pytest.raises(TypeError):
        Table.of("wrong", shape, key=())
