"""The rules of how far an erasure reaches: whatever leads to the customer, whenever it came."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.care.case import Case
from domain.care.contact import Contact
from domain.work.work_order import WorkOrder
from store.erasure import Erasure
from store.log import EventLog
from tests.support.erasing import NAME, commit, erased, held, opens, quarantined, readable, registered
from tests.support.logs import NOON, log_on


@pytest.fixture
def log(database: str) -> Iterator[EventLog]:
    with log_on(database) as log:
        yield log


@pytest.mark.parametrize("order", ["linked before", "linked after"])
def test_what_was_said_before_anybody_knew_whose_contact_it_was_goes_too(log: EventLog, order: str) -> None:
    customer = registered(log)
    case = Case.open(id=uuid4(), customer=customer.id, topic="billing", first_contact_at=NOON)
    contact = Contact.receive(id=uuid4(), channel="phone", direction="in", started_at=NOON, about=f"This is {NAME}")
    commit(log, case, contact)
    if order == "linked after":
        erased(log, customer.id)
        Erasure(log).catch_up()

    contact.link(case.id, customer=customer.id)
    commit(log, contact)
    if order == "linked before":
        erased(log, customer.id)
    Erasure(log).catch_up()

    assert not readable(log)


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("path", ["customer", "site", "work order", "operation", "body"])
def test_a_quarantined_operation_that_leads_to_the_customer_goes_too(log: EventLog, path: str, order: str) -> None:
    customer, operation, site = registered(log), uuid4(), uuid4()
    customer.add_site(site=site, zone="UTC", address=NAME)
    repair = WorkOrder.open(id=uuid4(), number="W-1", customer=customer.id)
    commit(log, customer)
    commit(log, repair)
    repair.record_note(NAME)
    commit(log, repair, operation=operation)
    leads = {"customer": customer.id, "site": site, "work order": repair.id, "operation": operation}
    if order == "after":
        erased(log, customer.id)
        Erasure(log).catch_up()

    if path == "body":
        operation_id = quarantined(
            log, body=f'{{"data": {{"work_order": "{str(repair.id).upper()}", "text": "{NAME}"}}'
        )
    else:
        operation_id = quarantined(log, leads[path])
    if order == "before":
        erased(log, customer.id)
    Erasure(log).catch_up()

    assert not opens(log, operation_id)
    assert not readable(log)


def test_an_operation_that_waits_and_leads_to_the_customer_goes_too(log: EventLog) -> None:
    customer = registered(log)
    operation_id, stays = held(log, customer.id), held(log, registered(log).id)

    erased(log, customer.id)
    Erasure(log).catch_up()

    assert not opens(log, operation_id)
    assert opens(log, stays)


def test_a_quarantined_operation_that_leads_to_nobody_erased_stays(log: EventLog) -> None:
    gone, stays = registered(log), registered(log)
    about_somebody, about_nobody = quarantined(log, stays.id), quarantined(log)

    erased(log, gone.id)
    Erasure(log).catch_up()

    assert opens(log, about_somebody)
    assert opens(log, about_nobody)


def test_all_entries_of_a_customer_are_found_through_their_merges(log: EventLog) -> None:
    stays, first, second, other = (registered(log) for _ in range(4))
    for entry, into in ((first, stays), (second, first), (other, registered(log))):
        entry.merge(into.id)
        commit(log, entry)

    assert set(Erasure(log).entries_merged_into(stays.id)) == {first.id, second.id}
    assert Erasure(log).entries_merged_into(other.id) == []
