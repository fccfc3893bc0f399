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
from tests.support.memory_events import ViewsInMemory, later
from tests.support.stock import PART, VAN

MACHINE = uuid4()


@pytest.fixture
def views() -> ViewsInMemory:
    return ViewsInMemory(WorkOrders())


@pytest.fixture
def order(views: ViewsInMemory) -> WorkOrder:
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), equipment=MACHINE, problem="It hums.")
    views.record(opened)
    return opened


def moved(order: UUID, kind: Any, quantity: str, **more: Any) -> StockMovement:
    back = kind != "consumption"
    ends = {"from_": MACHINE, "to": VAN} if back else {"from_": VAN, "to": MACHINE}
    if kind == "return_in":
        ends = {"from_": VIRTUAL["customer"], "to": uuid4()}
    fields: dict[str, Any] = {"part": PART, "quantity": Decimal(quantity), "work_order": order} | ends | more
    return StockMovement.record(id=uuid4(), kind=kind, **fields)


def used(views: ViewsInMemory, order: WorkOrder) -> list[Row]:
    row = views.row(WORK_ORDERS, order.id)
    assert row["counts"].get("parts_used", 0) == len(row["parts_used"])
    found: list[Row] = row["parts_used"]
    return found


BACK = [("return_in", {}), ("removal", {"reason": "not_needed"}), ("removal", {"reason": "wrong_part"})]


@pytest.mark.parametrize(("kind", "more"), BACK)
def test_three_used_and_one_returned_are_two(
    views: ViewsInMemory, order: WorkOrder, kind: str, more: dict[str, Any]
) -> None:
    """Issue 9, 6: a part returned is net in `parts_used`: 3 − 1 = 2."""
    views.record(moved(order.id, "consumption", "3"), at=later(1))
    views.record(moved(order.id, kind, "1", **more), at=later(2))

    [use] = used(views, order)
    assert (use["quantity"], use["returned"]) == ("2", "1")
    assert [one["quantity"] for one in views.row(WORK_ORDERS, order.id)["uses"]] == ["3"]


def test_an_old_part_taken_out_is_no_return(views: ViewsInMemory, order: WorkOrder) -> None:
    """Issue 9, 6: a new pump for an old one is one pump used."""
    views.record(moved(order.id, "consumption", "1"), at=later(1))
    views.record(moved(order.id, "removal", "1", reason="defective"), at=later(2))

    assert [one["quantity"] for one in used(views, order)] == ["1"]


def test_a_unit_that_was_built_in_and_comes_out_is_a_return_whatever_the_reason(
    views: ViewsInMemory, order: WorkOrder
) -> None:
    """Issue 9, 6: units are known by their serials."""
    views.record(moved(order.id, "consumption", "2", serials=("A", "B")), at=later(1))
    views.record(moved(order.id, "removal", "2", serials=("B", "OLD"), reason="defective"), at=later(2))

    [use] = used(views, order)
    assert (use["quantity"], use["serials"]) == ("1", ["A"])


def test_a_return_that_is_taken_back_was_none(views: ViewsInMemory, order: WorkOrder) -> None:
    """Issue 9, 6: a correction of the return, and one of the use."""
    use, back = moved(order.id, "consumption", "3"), moved(order.id, "return_in", "3")
    views.record(use, at=later(1))
    views.record(back, at=later(2))
    assert used(views, order) == []

    views.record(back.reverse(id=uuid4(), reason="never_happened"), at=later(3))
    assert [one["quantity"] for one in used(views, order)] == ["3"]
    views.record(use.reverse(id=uuid4(), reason="never_happened"), at=later(4))
    assert used(views, order) == []


def test_returns_come_off_the_last_uses_first_and_more_than_was_used_is_nothing(
    views: ViewsInMemory, order: WorkOrder
) -> None:
    """Issue 9, 6: 2 + 2 − 3 leaves 1 of the first; 9 more leave nothing, and never less."""
    for minute in (1, 2):
        views.record(moved(order.id, "consumption", "2"), at=later(minute))
    views.record(moved(order.id, "return_in", "3"), at=later(3))
    assert [one["quantity"] for one in used(views, order)] == ["1"]

    views.record(moved(order.id, "return_in", "9"), at=later(4))
    assert used(views, order) == []
    views.record(moved(order.id, "consumption", "0.5", part=uuid4()), at=later(5))
    assert [one["quantity"] for one in used(views, order)] == ["0.5"]


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
        views = ViewsInMemory(WorkOrders())
        record_events(views, first, 0)
        for place in order:
            record_events(views, events[place], place + 1)
        row = views.row(WORK_ORDERS, opened.id)
        found.add(tuple((one["quantity"], tuple(one["serials"]), one["lot"]) for one in row["parts_used"]))
    assert found == {(("2", ("A", "C"), None), ("2", (), "L"))}


class _Events:
    """What `ViewsInMemory.record` takes: something with events that are not recorded yet."""

    def __init__(self, events: list[Any]) -> None:
        self._events = events

    def collect_events(self) -> list[Any]:
        return self._events


def record_events(views: ViewsInMemory, events: list[Any], minute: int) -> None:
    views.record(_Events(events), at=later(minute))  # type: ignore[arg-type]
