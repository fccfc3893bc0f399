"""The rules of attachments: who named which bytes, for which customer, is known from the events alone."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from domain.work.work_order import WorkOrder
from projections.work.attachments import ATTACHMENTS, Attachments, attachments, named_sizes, newest_sizes
from tests.support.memory_events import Phone, ViewsInMemory
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.visits import CUSTOMER, ORDER, planned

HASH = "5f" * 32


@pytest.fixture
def views() -> ViewsInMemory:
    return ViewsInMemory(Attachments())


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Attachments()) as made:
        yield made


def opened(customer: UUID | None = None) -> WorkOrder:
    return WorkOrder.open(id=uuid4(), number="W-1", customer=customer or uuid4())


def test_a_photo_is_of_the_customer_of_its_work_order(views: ViewsInMemory) -> None:
    order, phone = opened(), Phone(1)
    views.record(order)
    order.record_photo(sha256=HASH, size=9, media_type="image/jpeg")

    phone.record(views, order)

    [row] = views.all(ATTACHMENTS)
    assert (row["sha256"], row["size"], row["media_type"]) == (HASH, 9, "image/jpeg")
    assert (row["work_order"], row["visit"], row["customer"]) == (order.id, None, order.customer)
    assert (row["technician"], row["device"]) == (phone.technician, phone.id)


def test_a_signature_is_of_the_customer_of_its_visit(views: ViewsInMemory) -> None:
    phone, visit = Phone(1), planned()
    views.record(visit)
    visit.record_signed(sha256=HASH, size=9, media_type="image/png", technician=phone.technician)

    phone.record(views, visit)

    [row] = views.all(ATTACHMENTS)
    assert (row["work_order"], row["visit"], row["customer"]) == (ORDER, visit.id, CUSTOMER)


def test_what_the_office_names_no_technician_may_send(projected: ProjectedLog) -> None:
    order, someone = opened(), uuid4()
    order.record_photo(sha256=HASH, size=9, media_type="image/jpeg")
    projected.record(order, actor=someone)

    with projected.seen() as reader:
        assert [row["technician"] for row in attachments(reader, HASH)] == [None]
        assert attachments(reader, HASH, someone) == []


def test_the_first_naming_counts_for_each_customer_and_comes_first(projected: ProjectedLog) -> None:
    """Issue 8, 2: whatever is named later changes nothing of what is known of each customer."""
    anna, ben, phone = uuid4(), uuid4(), uuid4()
    first, second = opened(), opened()
    for technician, order, size in ((anna, first, 8), (anna, second, 9), (ben, second, 10), (anna, first, 11)):
        order.record_photo(sha256=HASH, size=size, media_type="image/png")
        projected.record(order, actor=technician, device=phone)

    with projected.seen() as reader:
        named = [(row["customer"], row["size"]) for row in attachments(reader, HASH, anna)]
        by_all = [row["size"] for row in attachments(reader, HASH)]
        sizes, newest = named_sizes(reader, HASH), newest_sizes(reader, HASH, anna, 2)

    assert named == [(first.customer, 8), (second.customer, 9)]
    assert by_all == [8, 9]
    assert sizes == {first.customer: [8, 11], second.customer: [9, 10]}
    assert newest == [11, 9]
    projected.check_rebuild()


@pytest.mark.parametrize("order_of_naming", ["mama", "am"])
def test_a_naming_for_work_of_somebody_else_does_not_count_beside_a_rightful_one(
    projected: ProjectedLog, order_of_naming: str
) -> None:
    """Issue 8, 2: neither before nor after it; so for photos of an order and for signatures of a visit."""
    anna, mallory, phone = uuid4(), uuid4(), uuid4()
    order, visit = opened(), planned(technician=anna)
    order.assign(anna)
    projected.record(order)
    projected.record(visit)
    for who in order_of_naming:
        technician = anna if who == "a" else mallory
        media_type = "image/png" if technician == anna else "text/html"
        order.record_photo(sha256=HASH, size=9, media_type=media_type)
        visit.record_signed(sha256="6a" * 32, size=9, media_type=media_type, technician=technician)
        projected.record(order, visit, actor=technician, device=phone)

    with projected.seen() as reader:
        for sha256 in (HASH, "6a" * 32):
            assert [row["media_type"] for row in attachments(reader, sha256)] == ["image/png"]
    projected.check_rebuild()
