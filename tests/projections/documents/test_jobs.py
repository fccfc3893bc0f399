"""Work orders and visits are on the devices of the technicians who have them, and are removed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from projections.documents.documents import Documents
from tests.support.jobs import ANNA, BORIS, Office
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.pulled_documents import Phone, summary


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Documents()) as made:
        yield made


@pytest.fixture
def office(projected: ProjectedLog) -> Office:
    return Office(projected)


def test_a_work_order_given_to_somebody_else_leaves_with_its_visits(projected: ProjectedLog, office: Office) -> None:
    anna, boris, order = Phone(projected, ANNA), Phone(projected, BORIS), office.order()
    visit = office.visit(order)
    anna.pull()
    boris.pull()
    assert (len(anna.documents), len(boris.documents)) == (2, 0)

    order.assign(BORIS)
    projected.record(order)

    job = ("work_order", str(order.id))
    assert summary(anna.pull()) == [("visit", str(visit.id), "reassigned"), (*job, "reassigned")]
    assert summary(boris.pull()) == [(*job, None)]

    visit.dispatch(BORIS)
    projected.record(visit)
    assert summary(boris.pull()) == [("visit", str(visit.id), None), (*job, None)]
    assert anna.pull() == []

    order.record_note("I was here before you")
    projected.record(order, device=uuid4(), device_seq=1, operation_id=uuid4())
    assert anna.pull() == []
    boris.pull()
    assert boris.has("work_order")[str(order.id)]["notes"][0]["text"] == "I was here before you"
    projected.check_rebuild()


def test_somebody_sent_to_help_has_the_job_as_long_as_the_visit_lasts(projected: ProjectedLog, office: Office) -> None:
    boris, order = Phone(projected, BORIS), office.order()
    visit = office.visit(order)
    boris.pull()
    assert boris.documents == {}

    visit.dispatch(BORIS)
    projected.record(visit)
    boris.pull()
    assert set(boris.documents) == {("work_order", str(order.id)), ("visit", str(visit.id))}

    visit.record_done(BORIS)
    projected.record(visit)
    assert {gone for _, _, gone in summary(boris.pull())} == {"reassigned"}
    anna = Phone(projected, ANNA)
    anna.pull()
    assert set(anna.documents) == {("work_order", str(order.id))}
    projected.check_rebuild()


def test_a_visit_declined_is_nobodys_and_waits_with_whoever_has_the_job(
    projected: ProjectedLog, office: Office
) -> None:
    anna, order = Phone(projected, ANNA), office.order()
    visit = office.visit(order)
    visit.decline(technician=ANNA, reason="ill")
    projected.record(visit)
    anna.pull()
    assert anna.has("visit")[str(visit.id)]["technician"] is None
    projected.check_rebuild()


@pytest.mark.parametrize("end", ["closed", "cancelled"])
def test_a_work_order_that_has_ended_is_gone(projected: ProjectedLog, office: Office, end: str) -> None:
    anna, order = Phone(projected, ANNA), office.order()
    visit = office.visit(order)
    anna.pull()
    if end == "closed":
        order.complete(fixed="yes")
        order.close()
    else:
        order.cancel("They moved away")
    projected.record(order)

    assert summary(anna.pull()) == [("visit", str(visit.id), "closed"), ("work_order", str(order.id), "closed")]

    visit.record_done(ANNA)
    order.record_note("late news")
    projected.record(visit, order)
    assert anna.pull() == []
    projected.check_rebuild()


def test_a_change_of_a_customer_is_told_to_those_who_have_their_open_jobs_and_nobody_else(
    projected: ProjectedLog, office: Office
) -> None:
    anna, boris = Phone(projected, ANNA), Phone(projected, BORIS)
    order, elsewhere = office.order(), office.order(BORIS, site=None, customer=uuid4())
    done = office.order()
    done.complete(fixed="yes")
    done.close()
    projected.record(done)
    anna.pull()
    boris.pull()

    office.customer.change(phones=("030 2",))
    projected.record(office.customer)
    assert summary(anna.pull()) == [("work_order", str(order.id), None)]
    office.customer.change_site(office.site, address="Rosenweg 1")
    projected.record(office.customer)
    assert summary(anna.pull()) == [("work_order", str(order.id), None)]

    body = anna.has("work_order")[str(order.id)]
    assert (body["customer"]["phones"], body["site"]["address"]) == (["030 2"], "Rosenweg 1")
    assert boris.pull() == []
    assert list(boris.has("work_order")) == [str(elsewhere.id)]
    projected.check_rebuild()


def test_an_erased_customer_leaves_no_word_in_any_document(projected: ProjectedLog, office: Office) -> None:
    anna, order = Phone(projected, ANNA), office.order()
    order.record_note("Ada has a dog")
    ended = office.order()
    ended.cancel("Ada moved away")
    projected.record(order, ended)
    anna.pull()
    words = ("Ada", "030 1", "Lindenallee", "drips", "dog")
    assert all(projected.contains(word) for word in words)

    office.customer.erase()
    projected.erase(office.customer)

    assert not any(projected.contains(word) for word in words)
    assert summary(anna.pull()) == [("work_order", str(order.id), None)]
    body = anna.has("work_order")[str(order.id)]
    assert (body["customer"]["name"], body["customer"]["phones"], body["problem"]) == (None, [], None)
    assert body["notes"] == [{"text": None, "at": "2026-11-20T12:00:00.120000Z"}]
    projected.check_rebuild()
