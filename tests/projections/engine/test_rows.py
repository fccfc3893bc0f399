"""Rows over the database and rows in memory behave the same to a fold."""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import UUID

import pytest

from projections.engine.memory import MemoryRows
from projections.engine.ordered import Order
from projections.engine.replay import Replay
from projections.engine.stored import StoredRows
from projections.engine.table import Table
from store import tables
from store.log import EventLog
from tests.support.sample_views import LABELS, LEDGER, SAMPLES
from tests.support.views import NAMES

PAIRS = Table("pairs", {"id": "uuid NOT NULL", "colour": "text", "size": "integer"}, key=("id",))
MIXED = Table(
    "mixed", {"size": "integer NOT NULL", "id": "uuid NOT NULL", "colour": "text"}, key=("colour", "id", "size")
)
IDS = [UUID(int=number) for number in range(12)]
COLOURS = (None, "red", "blue")


def act(rows: Any, table: Table, dice: Random) -> Any:
    """One thing that a fold may do, and what it saw."""
    row = {"id": dice.choice(IDS), "colour": dice.choice(COLOURS[table is MIXED :]), "size": dice.randrange(3)}
    deed = dice.randrange(6)
    if deed < 2:
        rows.put(table, row)
    elif deed == 2:
        rows.delete(table, *table.key_of(row))
    elif deed == 3:
        return rows.where(table, colour=row["colour"])
    elif deed == 4:
        return rows.where(table, size=row["size"], colour=row["colour"])
    elif (found := rows.get(table, *table.key_of(row))) is not None and table is PAIRS:
        found["size"] = 3 - found["size"]
        rows.put(table, found)
        return dict(found)
    return None


@pytest.mark.parametrize("table", [PAIRS, MIXED])
@pytest.mark.parametrize("seed", range(5))
def test_a_fold_sees_the_same_rows_whatever_is_stored_already(views: EventLog, table: Table, seed: int) -> None:
    dice, twin = Random(seed), Random(seed)
    memory = MemoryRows([table])
    with views.pool.connection() as session, session.cursor() as cursor:
        tables.create(cursor, "views", table)
        tables.add_indexes(cursor, "views", table)
        for _ in range(12):
            stored = StoredRows([table], cursor)
            stored.preload([(table, table.key_of({"id": each, "colour": "red", "size": 1})) for each in IDS[:4]])
            for _ in range(12):
                assert act(stored, table, dice) == act(memory, table, twin)
            stored.write()
        cursor.execute(f"SELECT {', '.join(table.columns)} FROM views.{table.name} ORDER BY {', '.join(table.key)}")  # noqa: S608
        assert cursor.fetchall() == [
            tuple(row[name] for name in table.columns) for row in sorted(memory.rows(table), key=table.key_of)
        ]


def test_a_batch_reads_a_table_with_one_question(views: EventLog) -> None:
    with views.pool.connection() as session, session.cursor() as cursor:
        stored = StoredRows(Replay(SAMPLES).tables, cursor)
        stored.preload([(LABELS, (each, other)) for each in IDS for other in IDS])
        cursor.close()
        assert [stored.get(LABELS, each, other) for each in IDS for other in IDS] == [None] * 144


def test_a_row_without_all_its_columns_is_refused(views: EventLog) -> None:
    with views.pool.connection() as session, session.cursor() as cursor:
        stored = StoredRows([LABELS], cursor)
        with pytest.raises(ValueError, match="stale"):
            stored.put(LABELS, {"part": IDS[0], "shelf": IDS[1], "name": NAMES[0], "label": None})


def test_a_fold_cannot_read_what_its_view_does_not_need(views: EventLog) -> None:
    with views.pool.connection() as session, session.cursor() as cursor:
        for rows in (MemoryRows([LABELS]), StoredRows([LABELS], cursor)):
            with pytest.raises(KeyError):
                rows.get(LEDGER, 1)


PLACES = Table(
    "places",
    {"id": "uuid NOT NULL", "colour": "text NOT NULL", "size": "integer NOT NULL"},
    key=("id",),
    indexes=(("colour", "size", "id"),),
)
BY_SIZE = Order(("colour",), ("size", "id"))


def walk(rows: Any, dice: Random) -> Any:
    """One thing that a fold may do with rows in an order, and what it saw."""
    ids = [UUID(int=number) for number in range(300)]
    row = {"id": dice.choice(ids), "colour": dice.choice(COLOURS[1:]), "size": dice.randrange(30)}
    deed = dice.randrange(8)
    if deed < 4:
        rows.put(PLACES, row)
    elif deed == 4:
        rows.delete(PLACES, row["id"])
    bounds: dict[str, Any] = {
        "low": (dice.randrange(30),) * dice.randrange(2),
        "high": (dice.randrange(30),) * dice.randrange(2),
    }
    if dice.randrange(2):
        bounds["low"] = (row["size"], row["id"])
    return rows.span(PLACES, BY_SIZE, (row["colour"],), limit=dice.choice((1, 3, 80)), last=deed % 2 == 0, **bounds)


@pytest.mark.parametrize("seed", range(5))
def test_a_fold_finds_the_same_neighbours_whatever_is_stored_already(views: EventLog, seed: int) -> None:
    """Issue 8, 6: a span of rows costs what it finds, and memory and database find the same."""
    dice, twin = Random(seed), Random(seed)
    memory = MemoryRows([PLACES])
    with views.pool.connection() as session, session.cursor() as cursor:
        tables.create(cursor, "views", PLACES)
        tables.add_indexes(cursor, "views", PLACES)
        for _ in range(15):
            stored = StoredRows([PLACES], cursor)
            for _ in range(60):
                assert walk(stored, dice) == walk(memory, twin)
            stored.write()
