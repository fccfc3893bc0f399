"""What a phone sends about what has ended or was merged meanwhile: facts are recorded, requests may be refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.recording.order_ends import cancel_order
from domain.work.visit import Visit
from domain.work.visit_status import Status
from domain.work.work_order import WorkOrder
from sync.outcome import Result
from tests.support.field_setup import Field, Phone, decide, save


def code(result: Result) -> str:
    assert result.problem is not None
    return str(result.problem["type"]).rpartition("/")[2]


def cancelled(field: Field, order: UUID) -> None:
    work = field.log.work()
    entity = work.get(WorkOrder, order)
    save(field.log, entity, *cancel_order(work, entity, "They moved away"))


def test_work_after_the_end_is_recorded_and_a_request_for_a_visit_is_refused(field: Field, phone: Phone) -> None:
    """Issue 9, 6: `work_after_cancel`, as ever; a visit that was done was done."""
    order = field.order()
    visit = field.visit(order)
    cancelled(field, order)

    done = phone.result(phone.operation("visit_done", {"visit": str(visit)}))
    used = phone.result(phone.operation("part_used", field.use(order)))
    requested = phone.result(phone.operation("request_visit", {"work_order": str(order)}))

    assert (done.status, used.status) == ("conflicted", "conflicted")
    assert field.log.work().get(Visit, visit).status == Status.DONE
    assert (requested.status, code(requested)) == ("rejected", "work-order-is-final")


@pytest.mark.parametrize("together", [True, False])
def test_a_phone_that_closes_its_order_ends_the_visits_too(field: Field, phone: Phone, *, together: bool) -> None:
    """Issue 9, 6: also one that it asks for in the same push before; none afterwards."""
    order = field.order()
    visit = field.visit(order)
    group: dict[str, Any] = {"group": str(uuid4())} if together else {}
    before = phone.operation("request_visit", {"work_order": str(order)}, **group)
    finished = phone.operation("work_completed", {"work_order": str(order), "fixed": "yes"}, **group)
    closing = phone.operation("close_work_order", {"work_order": str(order)}, **group)
    afterwards = phone.operation("request_visit", {"work_order": str(order)})

    results = phone.send(before, finished, closing, afterwards).results

    assert [one.status for one in results] == ["applied", "applied", "applied", "rejected"]
    work = field.log.work()
    assert {work.get(Visit, one).status for one in (visit, UUID(before["id"]))} == {Status.CANCELLED}
    assert len(results[2].positions) == 3


def test_a_visit_whose_end_is_taken_back_ends_with_its_order(field: Field, phone: Phone) -> None:
    """Issue 9, 6: otherwise it was open under a closed order, for nobody to see."""
    order = field.order()
    visit = field.visit(order)
    arrived = phone.operation("visit_arrived", {"visit": str(visit)})
    done = phone.operation("visit_done", {"visit": str(visit)})
    finished = phone.operation("work_completed", {"work_order": str(order), "fixed": "yes"})
    closing = phone.operation("close_work_order", {"work_order": str(order)})
    phone.send(arrived, done, finished, closing)

    back = phone.result(phone.operation("fact_corrected", {"operation": done["id"]}))

    assert back.status == "applied"
    found = field.log.work().get(Visit, visit)
    assert (found.status, found.progress.end.what if found.progress.end else None) == (
        Status.CANCELLED,
        "visit.cancelled",
    )


def test_a_visit_whose_end_is_taken_back_goes_on_with_its_order(field: Field, phone: Phone) -> None:
    order = field.order()
    visit = field.visit(order)
    done = phone.operation("visit_done", {"visit": str(visit)})
    phone.result(done)

    phone.result(phone.operation("fact_corrected", {"operation": done["id"]}))

    assert not field.log.work().get(Visit, visit).is_over()


def merged(field: Field) -> UUID:
    """The customer was merged into another entry, and that into a third one."""
    second = Customer.register(id=uuid4(), name="Kastanienbaum", phones=("030 1",), language="de")
    third = Customer.register(id=uuid4(), name="Kastanienbaum", phones=("030 1",), language="de")
    save(field.log, second, third)
    decide(field.log, Customer, field.customer, "merge", second.id)
    decide(field.log, Customer, second.id, "merge", third.id)
    return third.id


def test_a_phone_corrects_the_entry_that_stays(field: Field, phone: Phone) -> None:
    """Issue 9, 6: what it says about A is taken as about B."""
    stays = merged(field)
    change = {"phones": {"from": ["030 1"], "to": ["030 2"]}}

    result = phone.result(
        phone.operation("change_customer_details", {"customer": str(field.customer), "changes": change})
    )

    assert result.status == "applied"
    assert field.log.work().get(Customer, stays).details["phones"] == ("030 2",)


def test_what_a_customer_said_is_of_the_entry_that_stays(field: Field, phone: Phone) -> None:
    """Issue 9, 6: a contact about A is B's, with A's order or without."""
    order, stays = field.order(), merged(field)
    data = {"customer": str(field.customer), "reason": "It drips", "summary": "It drips", "work_order": str(order)}

    result = phone.result(phone.operation("customer_spoke", data))

    assert result.status == "applied"
    recorded = field.log.recorder.select_notifications(start=result.positions[0], limit=1)
    contact = field.log.work().get(Contact, UUID(str(recorded[0].originator_id)))
    assert contact.customer == stays


def test_an_erased_entry_takes_no_corrections(field: Field, phone: Phone) -> None:
    """Issue 9, 6: the request is refused once the entry that stays is erased."""
    stays = merged(field)
    decide(field.log, Customer, stays, "erase")
    change = {"phones": {"from": ["030 1"], "to": ["030 2"]}}

    result = phone.result(
        phone.operation("change_customer_details", {"customer": str(field.customer), "changes": change})
    )

    assert (result.status, code(result)) == ("rejected", "customer-is-erased")
