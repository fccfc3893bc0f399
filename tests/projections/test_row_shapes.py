"""Issue 10, 7: every row that somebody is promised has the shape that says so, whatever it was folded from."""

from __future__ import annotations

from itertools import product
from random import SystemRandom
from typing import Any

import orjson
import pytest

from api.http.shapes import schema_of
from domain.kernel.json_text import encode
from projections.catalogue import PROJECTIONS
from projections.engine.replay import with_needs
from projections.engine.table import Row, Table
from tests.support.happenings import HAPPENINGS
from tests.support.memory_events import ViewsInMemory
from tests.support.schema_check import complaints, members_of, pointers

TRIES = 8
"""So many seeds are tried until every member was seen."""
SHAPED = [table for each in with_needs(PROJECTIONS) for table in each.tables if table.shape is not None]


def misfits(table: Table, row: Row) -> list[str]:
    """What does not fit in a row, as it is stored."""
    return list(complaints(as_json(row), schema_of(table.shape), table.name))


def as_json(row: Row) -> Any:
    """A row as a reply has it."""
    return orjson.loads(encode(row))


@pytest.mark.parametrize("happen", HAPPENINGS, ids=lambda happen: happen.__name__)
@pytest.mark.parametrize("_round", range(3))
def test_every_row_has_the_shape_of_its_table(happen: Any, _round: int) -> None:
    seed = SystemRandom().randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - so that a failure can be repeated
    views = ViewsInMemory(*PROJECTIONS)
    happen(views, seed)

    assert [misfit for table in SHAPED for row in views.all(table) for misfit in misfits(table, row)][:20] == []


NEVER = {
    "work_orders/parts_used/corrects": "what takes a use back is none",
}
"""Members that are always null, and why."""


def test_every_member_is_there_in_some_row() -> None:
    """A shape says nothing that no row ever shows: each member of each shape is seen with a value."""
    unseen = {pointer for table in SHAPED for pointer in members_of(schema_of(table.shape), table.name)}
    assert unseen >= NEVER.keys()
    for seed, happen in product(range(TRIES), HAPPENINGS):
        if unseen > NEVER.keys():
            views = ViewsInMemory(*PROJECTIONS)
            happen(views, seed)
            for table in SHAPED:
                unseen -= {place for row in views.all(table) for place in pointers(as_json(row), table.name)}

    assert unseen == NEVER.keys()
