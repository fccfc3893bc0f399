"""Work orders in the statuses that tests need."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from domain.work.work_order import WorkOrder
from tests.support.given_when_then import given

CUSTOMER, ANNA, BEN = uuid4(), uuid4(), uuid4()
Act = Callable[[WorkOrder], object]


def order(*acts: Act) -> WorkOrder:
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=CUSTOMER, problem="It hums.")
    return given(opened, *acts)


def assigned(it: WorkOrder) -> None:
    it.assign(ANNA)


def begun(it: WorkOrder) -> None:
    it.record_labour(minutes=10, kind="travel")


def completed(it: WorkOrder) -> None:
    it.complete(fixed="yes")


def failed(it: WorkOrder) -> None:
    it.cannot_complete(reason="no_part")


def closed(it: WorkOrder) -> None:
    completed(it)
    it.close()


def cancelled(it: WorkOrder) -> None:
    it.cancel("The customer moved away.")


def given_to_ben(it: WorkOrder) -> None:
    it.assign(BEN)
