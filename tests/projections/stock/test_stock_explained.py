"""Why is this number 7? Each line names its event, and the lines add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.location import Location
from projections.stock.movements import Movements, movement, movements
from projections.stock.stock import Stock, balance, stock
from projections.stock.stock_explained import Explanation, explain
from tests.support.logs import NOON
from tests.support.memory_events import later
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.stock import PART, UNEXPLAINED, VAN, approved, bought, counted, moved, used


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Stock(), Movements()) as made:
        made.record(Location.register(id=VAN, kind="van", name="Van 1"))
        yield made


def explained_stock(projected: ProjectedLog, location: UUID = VAN, **how: Any) -> Explanation:
    with projected.seen() as reader:
        explained = explain(reader, location, PART, **how)
        row = balance(reader, location, PART)
    assert explained is not None
    assert row is not None
    changes = [line["change"] for line in explained["lines"]]
    assert explained["opening"] + sum(changes, Decimal(0)) == explained["on_hand"] == row["on_hand"]
    return explained


def short(explained: Explanation) -> list[Any]:
    return [(line["what"], line["change"], line["balance"]) for line in explained["lines"]]


def a_van_with_a_count(projected: ProjectedLog) -> None:
    projected.record(bought(10, VAN), at=later(0))
    projected.record(used(2), at=later(20))
    count = counted(9)
    projected.record(count, at=later(10))
    projected.record(approved(count), at=later(30))


def test_each_line_says_who_did_it_when_on_which_device_how_late_and_why(projected: ProjectedLog) -> None:
    actor, device, operation, order = (uuid4() for _ in range(4))
    position = projected.record(
        used(2, work_order=order, reason="worn"),
        at=NOON - timedelta(days=1),
        actor=actor,
        device=device,
        operation_id=operation,
    )

    [line] = explained_stock(projected)["lines"]

    assert (line["position"], line["actor"], line["device"], line["operation"]) == (position, actor, device, operation)
    assert line["delay"] == (line["recorded_at"] - (NOON - timedelta(days=1))).total_seconds()
    assert line["cause"]["work_order"] == order
    assert line["cause"]["reason"] == "worn"
    assert "visit" not in line["cause"]


def test_a_count_shows_the_difference_it_made_and_the_lines_add_up(projected: ProjectedLog) -> None:
    a_van_with_a_count(projected)

    assert short(explained_stock(projected)) == [("receipt", 10, 10), ("count", -1, 9), ("consumption", -2, 7)]


def test_a_late_movement_takes_its_place_before_the_count_and_makes_its_difference_smaller(
    projected: ProjectedLog,
) -> None:
    a_van_with_a_count(projected)
    projected.record(used(1), at=later(5))

    explained = explained_stock(projected)

    assert short(explained) == [("receipt", 10, 10), ("consumption", -1, 9), ("count", 0, 9), ("consumption", -2, 7)]


def test_what_counts_left_unexplained_is_explained_by_them(projected: ProjectedLog) -> None:
    a_van_with_a_count(projected)
    projected.record(moved("adjustment", 1, UNEXPLAINED, VAN, discrepancy=uuid4()), at=later(40))

    explained = explained_stock(projected, UNEXPLAINED)

    assert short(explained) == [("count", 1, 1), ("adjustment", -1, 0)]
    assert explained["lines"][0]["cause"]["location"] == VAN


def test_what_is_not_told_line_by_line_is_in_the_opening(projected: ProjectedLog) -> None:
    a_van_with_a_count(projected)

    explained = explained_stock(projected, limit=1)

    assert (explained["opening"], short(explained)) == (Decimal(9), [("consumption", -2, 7)])


def test_nothing_is_explained_where_the_part_never_was(projected: ProjectedLog) -> None:
    with projected.seen() as reader:
        assert explain(reader, VAN, PART) is None


def test_a_movement_says_what_took_it_back(projected: ProjectedLog) -> None:
    wrong = used(1)
    back = wrong.reverse(id=uuid4(), reason="fact_corrected")
    projected.record(wrong, back)

    with projected.seen() as reader:
        row, correction = movement(reader, wrong.id), movement(reader, back.id)
    assert row is not None
    assert correction is not None
    assert (row["corrected_by"], correction["corrects"], correction["corrected_by"]) == (back.id, wrong.id, None)


def test_movements_are_found_by_place_order_kind_and_time_the_newest_first(projected: ProjectedLog) -> None:
    order, receipt, use = uuid4(), bought(3, VAN), used(1)
    other = used(1, work_order=order)
    projected.record(receipt, at=later(0))
    projected.record(use, at=later(10))
    projected.record(other, at=later(20))

    def found(**filters: Any) -> list[UUID]:
        return [row["id"] for row in movements(reader, limit=10, **filters)]

    with projected.seen() as reader:
        assert found(location=VAN, part=PART) == [other.id, use.id, receipt.id]
        assert found(work_order=order) == [other.id]
        assert found(kind="receipt") == [receipt.id]
        assert found(since=later(10), until=later(20)) == [use.id]
        newest = movements(reader, limit=1)
        assert found(after=newest[0]["position"]) == [use.id, receipt.id]


def test_stock_is_listed_page_by_page(projected: ProjectedLog) -> None:
    projected.record(bought(1, VAN), used(3))

    with projected.seen() as reader:
        first = stock(reader, limit=1)
        rest = stock(reader, limit=10, after=(first[0]["location"], first[0]["part"]))
        assert {row["location"] for row in stock(reader, limit=10, below=Decimal(0), part=PART)} >= {VAN}
        assert [row["on_hand"] for row in stock(reader, limit=10, location=VAN)] == [-2]
    assert len([*first, *rest]) == 3


def test_stock_rebuilt_is_stock_as_it_was_kept(projected: ProjectedLog) -> None:
    a_van_with_a_count(projected)
    projected.record(used(1), at=later(5))

    projected.check_rebuild()
