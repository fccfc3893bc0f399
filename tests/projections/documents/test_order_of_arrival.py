"""What devices end up with depends neither on the order of arrival nor on how events come in batches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, repeat
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.documents.documents import Documents
from projections.documents.table import DOCUMENTS
from projections.engine.memory import MemoryRows
from projections.engine.projection import Projection
from projections.engine.replay import Replay
from projections.engine.table import Row
from tests.support.memory_events import ViewsInMemory
from tests.support.random_company import RandomCompany
from tests.support.stock_days import STEPS as STOCK_STEPS
from tests.support.stock_days import Day
from tests.support.work_days import DECISIONS, STEPS, TURNS, WorkDay


def kept(views: ViewsInMemory) -> dict[tuple[UUID, str, str], str]:
    """What the devices have: the hash of each document."""
    return {(row["audience"], row["type"], row["id"]): row["hash"] for row in views.all(DOCUMENTS) if not row["gone"]}


def work_day(blocks: list[Any], *, in_turns: bool) -> ViewsInMemory:
    day = WorkDay(Documents())
    for steps, decisions, turns in blocks:
        day.replay(steps, turns if in_turns else [])
        day.decide(decisions)
    return day.views


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(STEPS, DECISIONS, TURNS), min_size=1, max_size=2))
def test_any_order_of_arrival_gives_the_same_jobs(blocks: list[Any]) -> None:
    assert kept(work_day(blocks, in_turns=True)) == kept(work_day(blocks, in_turns=False))


@settings(max_examples=40, deadline=None)
@given(STOCK_STEPS, TURNS)
def test_any_order_of_arrival_gives_the_same_stock(steps: list[Any], turns: list[int]) -> None:
    one_after_the_other, interleaved = Day(Documents()), Day(Documents())
    one_after_the_other.replay(steps, [])
    interleaved.replay(steps, turns)
    assert kept(interleaved.views) == kept(one_after_the_other.views)


def rendered(views: ViewsInMemory, projection: Projection, sizes: Iterator[int]) -> dict[str, list[Row]]:
    """All rows of a projection when the same events come in batches of these sizes."""
    replay, left = Replay([projection]), [event for event in views.events if event.topic in projection.folds]
    rows = MemoryRows(replay.tables)
    while left:
        size = next(sizes)
        batch, left = left[:size], left[size:]
        replay.fold(batch, rows)
        replay.finish(rows, batch[-1].position)
    return {table.name: sorted(rows.rows(table), key=lambda row: str(row.values())) for table in projection.tables}


@pytest.mark.parametrize("seed", range(8))
def test_the_size_of_batches_leaves_no_trace_in_a_document(seed: int) -> None:
    documents = Documents()
    turmoil = RandomCompany(ViewsInMemory(documents), seed)
    turmoil.run_steps(300)
    everything = {
        table.name: sorted(turmoil.views.rows.rows(table), key=lambda row: str(row.values()))
        for table in documents.tables
    }
    dice = Random(seed)
    assert rendered(turmoil.views, Documents(), repeat(len(turmoil.views.events))) == everything
    assert rendered(turmoil.views, Documents(), (dice.choice((1, 2, 5, 20, 100)) for _ in count())) == everything
    assert {row["type"] for row in everything["documents"]} == {
        "code_list",
        "discrepancy",
        "location",
        "operation",
        "part",
        "stock",
        "technician",
        "visit",
        "work_order",
    }
    assert {row["gone"] for row in everything["documents"]} >= {None, "reassigned", "closed", "van_handed_over"}
