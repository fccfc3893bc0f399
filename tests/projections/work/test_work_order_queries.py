"""Work orders are found by what they are about, page by page, and are the same rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.work.work_order import WorkOrder
from projections.care.cases import Cases
from projections.care.customers import Customers
from projections.work.work_order_queries import work_order, work_orders
from projections.work.work_orders import WorkOrders
from tests.support.memory_events import later
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.stock import PART, used
from tests.support.work_orders import ANNA, BEN

CUSTOMER, CASE, SITE, MACHINE = (uuid4() for _ in range(4))


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Customers(), Cases(), WorkOrders()) as made:
        yield made


def opened(projected: ProjectedLog, number: int, technician: UUID = ANNA, **about: Any) -> WorkOrder:
    order = WorkOrder.open(id=uuid4(), number=f"W-{number}", **({"customer": uuid4()} | about))
    order.assign(technician)
    projected.record(order, at=later(number))
    return order


def numbers(projected: ProjectedLog, **filters: Any) -> list[str]:
    with projected.seen() as reader:
        return [row["number"] for row in work_orders(reader, limit=10, **filters)]


def test_orders_are_listed_the_newest_first_and_found_by_what_they_are_about(projected: ProjectedLog) -> None:
    opened(projected, 1, customer=CUSTOMER, case=CASE)
    opened(projected, 2, BEN, site=SITE, equipment=MACHINE)
    opened(projected, 3).complete(fixed="yes")
    done = opened(projected, 4)
    done.complete(fixed="yes")
    projected.record(done)

    assert numbers(projected) == ["W-4", "W-3", "W-2", "W-1"]
    assert (
        numbers(projected, customer=CUSTOMER)
        == numbers(projected, case=CASE)
        == numbers(projected, number="W-1")
        == ["W-1"]
    )
    assert (
        numbers(projected, technician=BEN)
        == numbers(projected, site=SITE)
        == numbers(projected, equipment=MACHINE)
        == ["W-2"]
    )
    assert numbers(projected, status="completed") == ["W-4"]
    assert numbers(projected, status="scheduled", technician=ANNA) == ["W-3", "W-1"]


def test_a_page_begins_behind_the_last_one(projected: ProjectedLog) -> None:
    orders = [opened(projected, number) for number in (1, 1, 1, 2)]

    with projected.seen() as reader:
        pages, after = [], None
        assert work_order(reader, uuid4()) is None
        while page := work_orders(reader, limit=3, after=after):
            pages.append([row["id"] for row in page])
            after = (page[-1]["opened_at"], page[-1]["id"])

    assert [len(page) for page in pages] == [3, 1]
    assert {order for page in pages for order in page} == {order.id for order in orders}


def test_orders_are_the_same_rebuilt_and_silent_about_the_erased(projected: ProjectedLog) -> None:
    customer = Customer.register(id=uuid4(), name="Kastanienbaum")
    order = opened(projected, 1, customer=customer.id, problem="Kastanienbaum hums")
    order.require_part(part=PART, quantity=used().moved["quantity"], why="Kastanienbaum wants it")
    order.record_diagnosis(problem="noise", cause="dirt", remedy="clean", note="Kastanienbaum says")
    order.record_note("Kastanienbaum rings")
    order.hold("customer", note="Kastanienbaum is away")
    order.record_cannot_complete(technician=BEN, reason="Kastanienbaum shouts")
    order.cancel("Kastanienbaum moved")
    projected.record(customer, order, used(2, work_order=order.id))
    for words in ("hums", "wants it", "says", "rings", "is away", "shouts", "moved"):
        assert projected.contains(f"Kastanienbaum {words}")
    projected.check_rebuild()

    customer.erase()
    projected.erase(customer)

    assert not projected.contains("Kastanienbaum")
    assert projected.contains("dirt")
    projected.check_rebuild()
