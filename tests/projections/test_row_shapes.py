"""Issue 10, 7: every row that somebody is promised has the shape that says so, whatever it was folded from."""

from __future__ import annotations

from collections.abc import Iterator
from random import SystemRandom
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict
from uuid import UUID

import orjson
import pytest

from api.http.shapes import schema_of
from domain.kernel.envelope import ExternalRef
from domain.kernel.json_text import encode
from projections.catalogue import PROJECTIONS
from projections.engine.replay import with_needs
from projections.engine.shapes import Instant
from projections.engine.table import Row, Table
from tests.support.detailed_story import details
from tests.support.extreme_events import Extremes
from tests.support.memory_events import News
from tests.support.random_company import Turmoil
from tests.support.schema_check import complaints

SHAPED = [table for each in with_needs(PROJECTIONS) for table in each.tables if table.shape is not None]


class One(NamedTuple):
    """An event that nobody has decided, told like what an entity has."""

    event: Any

    def collect_events(self) -> list[Any]:
        return [self.event]


def extremes(news: News, seed: int) -> None:
    """Events of every class six times over, of a device or of nobody."""
    dice = Extremes(seed)
    for _ in range(6):
        for event in dice.every():
            envelope = dice.envelope()
            told: Any = {name: getattr(envelope, name) for name in envelope.__struct_fields__}
            told["external_ref"] = ExternalRef("erp", "4711")
            news.tell(One(event), at=told.pop("occurred_at"), **told)  # type: ignore[arg-type]  # it is asked for events only


def turmoil(news: News, seed: int) -> None:
    """A company in which anything may happen next."""
    Turmoil(news, seed).goes_on(400)


def misfits(table: Table, row: Row) -> list[str]:
    """What does not fit in a row, as it is stored."""
    return list(complaints(orjson.loads(encode(row)), schema_of(table.shape), table.name))


@pytest.mark.parametrize("happen", [extremes, turmoil, details], ids=lambda happen: happen.__name__)
@pytest.mark.parametrize("_round", range(3))
def test_every_row_has_the_shape_of_its_table(happen: Any, _round: int) -> None:
    seed = SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    news = News(*PROJECTIONS)
    happen(news, seed)

    assert [misfit for table in SHAPED for row in news.all(table) for misfit in misfits(table, row)][:20] == []


NEVER = {
    "work_orders/parts_used/corrects": "what takes a use back is none",
}
"""Members that are always null, and why."""


def test_every_member_is_there_in_some_row() -> None:
    """A shape says nothing that no row ever shows: each member of each shape is seen with a value."""
    seen: set[str] = set()
    for happen in (extremes, turmoil, details):
        news = News(*PROJECTIONS)
        happen(news, 7)
        for table in SHAPED:
            for row in news.all(table):
                seen |= set(pointers(orjson.loads(encode(row)), table.name))
    declared = {pointer for table in SHAPED for pointer in members_of(schema_of(table.shape), table.name)}

    assert sorted(declared - seen - NEVER.keys()) == []
    assert NEVER.keys() <= declared - seen


def pointers(value: Any, where: str) -> Iterator[str]:
    """Where a row has values, without the places in lists."""
    if value is not None:
        yield where
    if isinstance(value, dict):
        for name, each in value.items():
            yield from pointers(each, f"{where}/{name}")
    elif isinstance(value, list):
        for each in value:
            yield from pointers(each, where)


def members_of(schema: dict[str, Any], where: str) -> Iterator[str]:
    """Where a schema says that there are values."""
    yield where
    for name, inner in schema.get("properties", {}).items():
        yield from members_of(inner, f"{where}/{name}")
    if "items" in schema:
        yield from members_of(schema["items"], where)


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
