"""A row that is not what the log says is found and named, and nothing else is."""

from __future__ import annotations

from decimal import Decimal
from threading import Event
from time import sleep
from typing import Any

import pytest

from projections.engine import replay
from projections.engine.projector import Projector
from projections.engine.replay import Replay
from projections.engine.verify import verify
from store import copying as copying_rows
from store.comparing import Difference
from store.log import EventLog
from tests.support.sample_views import SAMPLES
from tests.support.views import Warehouse, busy, run_through


def found(views: EventLog) -> list[Difference]:
    return [difference for each in verify(views, SAMPLES) for difference in each.differences]


@pytest.fixture
def kept(log: EventLog, views: EventLog) -> EventLog:
    """Views that have been kept up with some history."""
    Warehouse(log).work(300, at_once=50)
    run_through(Projector(views, SAMPLES))
    return views


def test_a_changed_column_is_named_with_both_values(kept: EventLog) -> None:
    [(part, location, before)] = kept.pool.execute(
        "UPDATE views.balances SET quantity = quantity + 100 WHERE ctid = (SELECT min(ctid) FROM views.balances) "
        "RETURNING part, location, quantity - 100"
    )
    assert found(kept) == [Difference("balances", (part, location), "quantity", before + Decimal(100), before)]


def test_a_missing_row_and_a_surplus_row_are_told_apart(kept: EventLog) -> None:
    kept.pool.execute(
        "UPDATE views.ledger SET position = 7000 WHERE position = (SELECT min(position) FROM views.ledger)"
    )
    missing, surplus = found(kept)
    assert (missing.key, missing.column, missing.live) == ((2,), None, None)
    assert missing.expected["position"] == 2
    assert (surplus.key, surplus.column, surplus.expected) == ((7000,), None, None)
    assert surplus.live["position"] == 7000


@pytest.mark.parametrize(
    ("change", "table", "column"),
    [
        ("parts SET names = '[]'", "parts", "names"),
        ("parts SET criticality = 'V'", "parts", "criticality"),
        ("parts SET discontinued = NOT discontinued", "parts", "discontinued"),
        ("ledger SET moved_at = moved_at + interval '1 microsecond'", "ledger", "moved_at"),
        ("labels SET label = label || '\\x00'", "labels", "label"),
        ("balances SET quantity = quantity + 0.000001", "balances", "quantity"),
    ],
)
def test_no_kind_of_column_escapes(kept: EventLog, change: str, table: str, column: str) -> None:
    changing = f"WITH changed AS (UPDATE views.{change} RETURNING 1) SELECT count(*) FROM changed"  # noqa: S608
    [(count,)] = kept.pool.execute(changing)
    differences = found(kept)
    assert {(each.table, each.column) for each in differences} == {(table, column)}
    assert len(differences) == count > 0


def test_writers_and_the_projector_go_on_and_raise_no_false_alarm(log: EventLog, kept: EventLog) -> None:
    warehouse, projector = Warehouse(log, seed=2), Projector(kept, SAMPLES)
    with busy(warehouse.go_on, projector.run_once) as wrong:
        reached = [(each.position, each.differences) for _ in range(4) for each in verify(kept, SAMPLES)]
    assert wrong == []
    assert [differences for _, differences in reached] == [[]] * 16
    assert reached[-1][0] > reached[0][0] >= 300


def test_a_batch_that_is_read_late_does_not_end_the_copy_of_the_one_before(
    kept: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 11, 7: on a busy machine the next batch was asked for on the same session in the middle of a COPY."""
    copying = Event()
    texts, read = Replay._texts, copying_rows._Lines.read

    def late(*asked: Any) -> list[str]:
        copying.wait(0.3)
        return texts(*asked)

    def slow(lines: Any, size: int) -> bytes:
        copying.set()
        sleep(0.05)
        return read(lines, size)

    monkeypatch.setattr(replay, "_STRETCH", 50)
    monkeypatch.setattr(Replay, "_texts", late)
    monkeypatch.setattr(copying_rows._Lines, "read", slow)
    assert found(kept) == []
    assert copying.is_set()
