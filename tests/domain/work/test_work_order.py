"""What the office may decide about a work order that is not finished."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from domain.work.work_order_status import NotOnHold, Status
from tests.support.given_when_then import then
from tests.support.work_orders import ANNA, BEN, CUSTOMER, Act, assigned, begun, failed, order

PART = uuid4()


def test_a_work_order_opens_unscheduled_with_the_customers_own_words() -> None:
    it = WorkOrder.open(id=uuid4(), number="W-1", customer=CUSTOMER, problem="It hums.")

    fields = {"number": "W-1", "customer": CUSTOMER, "priority": "normal", "problem": "It hums."}
    assert then(it) == [("work_order.opened", fields)]
    assert it.status == Status.UNSCHEDULED


def test_assigning_schedules_and_names_who_had_it_before() -> None:
    it = order(assigned)

    it.assign(BEN)

    assert then(it) == [("work_order.assigned", {"technician": BEN, "previous": ANNA})]
    assert it.status == Status.SCHEDULED
    assert it.assigned_to(BEN)
    assert not it.assigned_to(ANNA)


def test_assigning_the_same_technician_again_changes_nothing() -> None:
    it = order(assigned)

    it.assign(ANNA)

    assert then(it) == []


def test_nobody_is_not_the_technician_of_an_unassigned_order() -> None:
    assert not order().assigned_to(None)


def test_a_required_part_says_how_many_and_why() -> None:
    it = order()

    it.require_part(part=PART, quantity=Decimal("1.5"), why="The old one is cracked.")

    fields = {"customer": CUSTOMER, "part": PART, "quantity": Decimal("1.5"), "why": "The old one is cracked."}
    assert then(it) == [("work_order.part_required", fields)]


@pytest.mark.parametrize(
    ("before", "after"),
    [([], Status.UNSCHEDULED), ([assigned], Status.SCHEDULED), ([assigned, begun], Status.IN_PROGRESS)],
)
def test_an_order_off_hold_stands_where_it_stood(before: list[Act], after: Status) -> None:
    it = order(*before, lambda it: it.hold("customer", note="On holiday."))
    assert it.status == Status.ON_HOLD

    it.resume()

    assert then(it) == [("work_order.resumed", {})]
    assert it.status == after


def test_only_an_order_on_hold_can_be_resumed() -> None:
    with pytest.raises(NotOnHold):
        order(assigned).resume()


def test_the_office_completes_in_the_name_of_the_assigned_technician() -> None:
    it = order(assigned)

    it.complete(fixed="temporary", remedy="sealed")

    assert then(it) == [("work_order.completed", {"technician": ANNA, "remedy": "sealed", "fixed": "temporary"})]
    assert it.status == Status.COMPLETED


def test_the_office_confirms_a_completion_that_somebody_else_reported() -> None:
    it = order(assigned, lambda it: it.record_completion(technician=BEN, fixed="yes"))

    it.complete(fixed="yes", technician=BEN)

    assert then(it) == [("work_order.completed", {"technician": BEN, "fixed": "yes"})]


def test_what_could_not_be_done_may_be_done_after_all() -> None:
    it = order(failed)

    it.complete(fixed="yes")

    assert it.status == Status.COMPLETED
