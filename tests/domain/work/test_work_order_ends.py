"""A work order that is finished is closed or reopened; one that is closed or cancelled stays so."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from domain.kernel.problem import Refused
from domain.work.work_order_status import (
    NotFinished,
    NothingToClose,
    Status,
    WorkOrderIsFinal,
    WorkOrderIsFinished,
)
from tests.support.given_when_then import then
from tests.support.work_orders import CUSTOMER, Act, assigned, begun, cancelled, closed, completed, failed, order

PART = uuid4()

DECISIONS: dict[str, Act] = {
    "assign": assigned,
    "require a part": lambda it: it.require_part(part=PART, quantity=Decimal(1)),
    "hold": lambda it: it.hold("parts"),
    "complete": completed,
    "cannot complete": failed,
    "cancel": cancelled,
}


@pytest.mark.parametrize("finish", [completed, failed])
def test_a_finished_order_can_be_reopened_and_stands_as_before_the_work(finish: Act) -> None:
    it = order(assigned, begun, finish)

    it.reopen("It hums again.")

    assert then(it) == [("work_order.reopened", {"customer": CUSTOMER, "reason": "It hums again."})]
    assert it.status == Status.SCHEDULED


@pytest.mark.parametrize("finish", [completed, failed])
def test_a_finished_order_can_be_closed_for_good(finish: Act) -> None:
    it = order(finish)

    it.close()

    assert then(it) == [("work_order.closed", {})]
    assert it.is_final()


def test_an_unfinished_order_is_neither_closed_nor_reopened() -> None:
    with pytest.raises(NothingToClose):
        order(assigned).close()
    with pytest.raises(NotFinished):
        order(assigned).reopen("?")


def test_cancelling_is_final_and_says_why() -> None:
    it = order(assigned)

    it.cancel("Bought a new one.")

    assert then(it) == [("work_order.cancelled", {"customer": CUSTOMER, "reason": "Bought a new one."})]
    assert it.is_final()


@pytest.mark.parametrize("decide", [*DECISIONS.values(), lambda it: it.close(), lambda it: it.reopen("?")])
@pytest.mark.parametrize("end", [closed, cancelled])
def test_a_closed_or_cancelled_order_takes_no_decision(end: Act, decide: Act) -> None:
    it = order(end)

    with pytest.raises(WorkOrderIsFinal):
        decide(it)

    assert then(it) == []


@pytest.mark.parametrize("name", [name for name in DECISIONS if name != "complete"])
@pytest.mark.parametrize("finish", [completed, failed])
def test_a_finished_order_takes_no_decision_but_to_close_or_reopen_it(finish: Act, name: str) -> None:
    it = order(finish)

    with pytest.raises(WorkOrderIsFinished):
        DECISIONS[name](it)


def test_a_completed_order_is_not_completed_again_by_the_office() -> None:
    with pytest.raises(Refused, match="reopen"):
        order(completed).complete(fixed="yes")


def test_work_is_finished_until_it_is_taken_up_again() -> None:
    assert [order(end).is_finished() for end in (completed, failed, closed)] == [True, True, True]
    assert [order(end).is_finished() for end in (assigned, begun, cancelled)] == [False, False, False]
    assert not order(completed, lambda it: it.reopen("?")).is_finished()


def test_only_a_cancelled_order_was_called_off() -> None:
    assert order(cancelled).is_cancelled()
    assert not order(closed).is_cancelled()
