"""Issue 10, 7: every row that somebody is promised has the shape that says so, whatever it was folded from."""

from __future__ import annotations

from random import SystemRandom
from typing import Any, NamedTuple

import orjson
import pytest

from api.http.shapes import schema_of
from domain.kernel.json_text import encode
from projections.catalogue import PROJECTIONS
from projections.engine.replay import with_needs
from projections.engine.table import Row, Table
from tests.support.extreme_events import Extremes
from tests.support.memory_events import News
from tests.support.random_company import Turmoil
from tests.support.schema_check import complaints

SHAPED = [table for each in with_needs(PROJECTIONS) for table in each.tables if table.shape is not None]
SEEDS = [SystemRandom().randrange(2**32) for _ in range(3)]


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
            news.tell(One(event), at=told.pop("occurred_at"), **told)  # type: ignore[arg-type]  # it is asked for events only


def turmoil(news: News, seed: int) -> None:
    """A company in which anything may happen next."""
    Turmoil(news, seed).goes_on(400)


def misfits(table: Table, row: Row) -> list[str]:
    """What does not fit in a row, as it is stored."""
    return list(complaints(orjson.loads(encode(row)), schema_of(table.shape), table.name))


@pytest.mark.parametrize("happen", [extremes, turmoil], ids=lambda happen: happen.__name__)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_row_has_the_shape_of_its_table(happen: Any, seed: int) -> None:
    news = News(*PROJECTIONS)
    happen(news, seed)

    assert [misfit for table in SHAPED for row in news.all(table) for misfit in misfits(table, row)][:20] == []
