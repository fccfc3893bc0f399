"""Whose jobs are: work orders and visits reach the devices of those who have them, and leave them in time."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, Office
from tests.support.projected_log import Shop, shop_on
from tests.support.pulled_documents import Phone, told


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with shop_on(database, Documents()) as made:
        yield made


@pytest.fixture
def office(shop: Shop) -> Office:
    return Office(shop)


def test_a_work_order_given_to_somebody_else_leaves_with_its_visits(shop: Shop, office: Office) -> None:
    anna, boris, order = Phone(shop, ANNA), Phone(shop, BORIS), office.order()
    visit = office.visit(order)
    anna.pull()
    boris.pull()
    assert (len(anna.documents), len(boris.documents)) == (2, 0)

    order.assign(BORIS)
    shop.record(order)

    job = ("work_order", str(order.id))
    assert told(anna.pull()) == [("visit", str(visit.id), "reassigned"), (*job, "reassigned")]
    assert told(boris.pull()) == [(*job, None)]

    visit.dispatch(BORIS)
    shop.record(visit)
    assert told(boris.pull()) == [("visit", str(visit.id), None), (*job, None)]
    assert anna.pull() == []

    order.record_note("I was here before you")
    shop.record(order, device=uuid4(), device_seq=1, operation_id=uuid4())
    assert anna.pull() == []
    boris.pull()
    assert boris.has("work_order")[str(order.id)]["notes"][0]["text"] == "I was here before you"
    shop.must_be_the_same_rebuilt()


def test_somebody_sent_to_help_has_the_job_as_long_as_the_visit_lasts(shop: Shop, office: Office) -> None:
    boris, order = Phone(shop, BORIS), office.order()
    visit = office.visit(order)
    boris.pull()
    assert boris.documents == {}

    visit.dispatch(BORIS)
    shop.record(visit)
    boris.pull()
    assert set(boris.documents) == {("work_order", str(order.id)), ("visit", str(visit.id))}

    visit.record_done(BORIS)
    shop.record(visit)
    assert {gone for _, _, gone in told(boris.pull())} == {"reassigned"}
    anna = Phone(shop, ANNA)
    anna.pull()
    assert set(anna.documents) == {("work_order", str(order.id))}
    shop.must_be_the_same_rebuilt()


def test_a_visit_declined_is_nobodys_and_waits_with_whoever_has_the_job(shop: Shop, office: Office) -> None:
    anna, order = Phone(shop, ANNA), office.order()
    visit = office.visit(order)
    visit.decline(technician=ANNA, reason="ill")
    shop.record(visit)
    anna.pull()
    assert anna.has("visit")[str(visit.id)]["technician"] is None
    shop.must_be_the_same_rebuilt()


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_a_work_order_that_has_ended_is_gone(shop: Shop, office: Office, end: str) -> None:
    anna, order = Phone(shop, ANNA), office.order()
    visit = office.visit(order)
    anna.pull()
    if end == "closed":
        order.complete(fixed="yes")
        order.close()
    else:
        order.cancel("They moved away")
    shop.record(order)

    assert told(anna.pull()) == [("visit", str(visit.id), "closed"), ("work_order", str(order.id), "closed")]

    visit.record_done(ANNA)
    order.record_note("late news")
    shop.record(visit, order)
    assert anna.pull() == []
    shop.must_be_the_same_rebuilt()


def test_a_change_of_a_customer_is_told_to_those_who_have_their_open_jobs_and_nobody_else(
    shop: Shop, office: Office
) -> None:
    anna, boris = Phone(shop, ANNA), Phone(shop, BORIS)
    order, elsewhere = office.order(), office.order(BORIS, site=None, customer=uuid4())
    done = office.order()
    done.complete(fixed="yes")
    done.close()
    shop.record(done)
    anna.pull()
    boris.pull()

    office.customer.change(phones=("030 2",))
    shop.record(office.customer)
    assert told(anna.pull()) == [("work_order", str(order.id), None)]
    office.customer.change_site(office.site, address="Rosenweg 1")
    shop.record(office.customer)
    assert told(anna.pull()) == [("work_order", str(order.id), None)]

    body = anna.has("work_order")[str(order.id)]
    assert (body["customer"]["phones"], body["site"]["address"]) == (["030 2"], "Rosenweg 1")
    assert boris.pull() == []
    assert list(boris.has("work_order")) == [str(elsewhere.id)]
    shop.must_be_the_same_rebuilt()


def test_an_erased_customer_leaves_no_word_in_any_document(shop: Shop, office: Office) -> None:
    anna, order = Phone(shop, ANNA), office.order()
    order.record_note("Ada has a dog")
    ended = office.order()
    ended.cancel("Ada moved away")
    shop.record(order, ended)
    anna.pull()
    words = ("Ada", "030 1", "Lindenallee", "drips", "dog")
    assert all(shop.says(word) for word in words)

    office.customer.erase()
    shop.erase(office.customer)

    assert not any(shop.says(word) for word in words)
    assert told(anna.pull()) == [("work_order", str(order.id), None)]
    body = anna.has("work_order")[str(order.id)]
    assert (body["customer"]["name"], body["customer"]["phones"], body["problem"]) == (None, [], None)
    assert body["notes"] == [{"text": None, "at": "2026-11-20T12:00:00.120000Z"}]
    shop.must_be_the_same_rebuilt()
