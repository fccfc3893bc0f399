"""Parts that came back from a work order are taken off the parts used, in whatever order that is recorded."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.stock.location import VIRTUAL
from domain.stock.stock_movement import StockMovement
from domain.work.work_order import WorkOrder
from projections.engine.table import Row
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders
from tests.support.memory_events import News, later
from tests.support.stock import PART, VAN

MACHINE = uuid4()


@pytest.fixture
def news() -> News:
    return News(WorkOrders())


@pytest.fixture
def order(news: News) -> WorkOrder:
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), equipment=MACHINE, problem="It hums.")
    news.tell(opened)
    return opened


def moved(order: UUID, kind: Any, quantity: str, **more: Any) -> StockMovement:
    back = kind != "consumption"
    ends = {"from_": MACHINE, "to": VAN} if back else {"from_": VAN, "to": MACHINE}
    if kind == "return_in":
        ends = {"from_": VIRTUAL["customer"], "to": uuid4()}
    said: dict[str, Any] = {"part": PART, "quantity": Decimal(quantity), "work_order": order} | ends | more
    return StockMovement.record(id=uuid4(), kind=kind, **said)


def used(news: News, order: WorkOrder) -> list[Row]:
    row = news.row(WORK_ORDERS, order.id)
    assert row["counts"].get("parts_used", 0) == len(row["parts_used"])
    found: list[Row] = row["parts_used"]
    return found


BACK = [("return_in", {}), ("removal", {"reason": "not_needed"}), ("removal", {"reason": "wrong_part"})]


@pytest.mark.parametrize(("kind", "more"), BACK)
def test_three_used_and_one_returned_are_two(news: News, order: WorkOrder, kind: str, more: dict[str, Any]) -> None:
    """Issue 9, 6: a part returned is net in `parts_used`: 3 − 1 = 2."""
    news.tell(moved(order.id, "consumption", "3"), at=later(1))
    news.tell(moved(order.id, kind, "1", **more), at=later(2))

    [use] = used(news, order)
    assert (use["quantity"], use["returned"]) == ("2", "1")
    assert [one["quantity"] for one in news.row(WORK_ORDERS, order.id)["uses"]] == ["3"]


def test_an_old_part_taken_out_is_no_return(news: News, order: WorkOrder) -> None:
    """Issue 9, 6: a new pump for an old one is one pump used."""
    news.tell(moved(order.id, "consumption", "1"), at=later(1))
    news.tell(moved(order.id, "removal", "1", reason="defective"), at=later(2))

    assert [one["quantity"] for one in used(news, order)] == ["1"]


def test_a_unit_that_was_built_in_and_comes_out_is_a_return_whatever_the_reason(news: News, order: WorkOrder) -> None:
    """Issue 9, 6: units are known by their serials."""
    news.tell(moved(order.id, "consumption", "2", serials=("A", "B")), at=later(1))
    news.tell(moved(order.id, "removal", "2", serials=("B", "OLD"), reason="defective"), at=later(2))

    [use] = used(news, order)
    assert (use["quantity"], use["serials"]) == ("1", ["A"])


def test_a_return_that_is_taken_back_was_none(news: News, order: WorkOrder) -> None:
    """Issue 9, 6: a correction of the return, and one of the use."""
    use, back = moved(order.id, "consumption", "3"), moved(order.id, "return_in", "3")
    news.tell(use, at=later(1))
    news.tell(back, at=later(2))
    assert used(news, order) == []

    news.tell(back.reverse(id=uuid4(), reason="never_happened"), at=later(3))
    assert [one["quantity"] for one in used(news, order)] == ["3"]
    news.tell(use.reverse(id=uuid4(), reason="never_happened"), at=later(4))
    assert used(news, order) == []


def test_returns_come_off_the_last_uses_first_and_more_than_was_used_is_nothing(news: News, order: WorkOrder) -> None:
    """Issue 9, 6: 2 + 2 − 3 leaves 1 of the first; 9 more leave nothing, and never less."""
    for minute in (1, 2):
        news.tell(moved(order.id, "consumption", "2"), at=later(minute))
    news.tell(moved(order.id, "return_in", "3"), at=later(3))
    assert [one["quantity"] for one in used(news, order)] == ["1"]

    news.tell(moved(order.id, "return_in", "9"), at=later(4))
    assert used(news, order) == []
    news.tell(moved(order.id, "consumption", "0.5", part=uuid4()), at=later(5))
    assert [one["quantity"] for one in used(news, order)] == ["0.5"]


def test_the_order_of_arrival_does_not_matter() -> None:
    """Issue 9, 6: uses, returns and corrections in every order give the same parts used."""
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), equipment=MACHINE, problem="It hums.")
    first = opened.pending_events[:]
    use = moved(opened.id, "consumption", "3", serials=("A", "B", "C"))
    lot = moved(opened.id, "consumption", "4", lot="L")
    out = moved(opened.id, "removal", "1", serials=("B",), reason="defective")
    back = moved(opened.id, "return_in", "2", lot="L")
    undone = moved(opened.id, "return_in", "1")
    undo = undone.reverse(id=uuid4(), reason="never_happened")
    events = [[*one.pending_events] for one in (use, lot, out, back, undone, undo)]
    found = set()
    for order in permutations(range(6)):
        news = News(WorkOrders())
        told(news, first, 0)
        for place in order:
            told(news, events[place], place + 1)
        row = news.row(WORK_ORDERS, opened.id)
        found.add(tuple((one["quantity"], tuple(one["serials"]), one["lot"]) for one in row["parts_used"]))
    assert found == {(("2", ("A", "C"), None), ("2", (), "L"))}


class _Told:
    """What `News.tell` takes: something with events that are not recorded yet."""

    def __init__(self, events: list[Any]) -> None:
        self._events = events

    def collect_events(self) -> list[Any]:
        return self._events


def told(news: News, events: list[Any], minute: int) -> None:
    news.tell(_Told(events), at=later(minute))  # type: ignore[arg-type]
