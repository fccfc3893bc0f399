"""Contacts as the office sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.contact import Contact
from domain.care.customer import Customer
from projections.care.cases import Cases
from projections.care.contact_queries import contact, contacts
from projections.care.contacts import ContactRow, Contacts
from projections.care.customers import Customers
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Customers(), Cases(), Contacts()) as made:
        yield made


def call(customer: UUID | None = None, **more: Any) -> Contact:
    fields: dict[str, Any] = {"channel": "phone", "direction": "in", "started_at": NOON, "about": "The boiler hisses"}
    return Contact.receive(id=uuid4(), customer=customer, **(fields | more))


def shown(projected: ProjectedLog, of: Contact) -> ContactRow:
    with projected.seen() as reader:
        row = contact(reader, of.id)
    assert row is not None
    return row


def test_a_contact_is_shown_with_what_was_found_out_about_it(projected: ProjectedLog) -> None:
    case, customer, agent = uuid4(), uuid4(), uuid4()
    entry = call(agent=agent)
    entry.set_reason("It leaks")
    assert entry.status == "classified"
    entry.link(case, customer=customer)
    entry.confirm_cause(demand="failure", cause="repeat_fault", basis="staff", causing_events=(3, 4))
    entry.answer()
    position = projected.record(entry)

    row = shown(projected, entry)

    assert (row["status"], row["case_id"], row["customer"], row["agent"]) == ("answered", case, customer, agent)
    assert (row["about"], row["reason"], row["demand"]) == ("The boiler hisses", "It leaks", "failure")
    assert (row["causing_events"], row["answered_at"], row["position"]) == ([3, 4], NOON, position)
    projected.check_rebuild()


def test_the_status_is_the_one_that_decides(projected: ProjectedLog) -> None:
    entry = call()
    for step in (entry.answer, lambda: entry.set_reason("x"), lambda: entry.link(uuid4()), entry.answer):
        step()
        projected.record(entry)
        assert shown(projected, entry)["status"] == entry.status
    entry.mark_duplicate(uuid4())
    projected.record(entry)
    assert shown(projected, entry)["status"] == "duplicate"


def test_words_of_an_erased_customer_are_gone_from_contacts_before_and_after_they_were_known(
    projected: ProjectedLog,
) -> None:
    ada = Customer.register(id=uuid4(), name="Ada")
    known, unknown, late, other = call(ada.id), call(), call(), call(uuid4())
    known.set_reason("It leaks")
    unknown.link(uuid4(), customer=ada.id)
    projected.record(ada, known, unknown, late, other)

    ada.erase()
    projected.erase(ada)
    late.link(uuid4(), customer=ada.id)
    projected.record(late)

    for entry in (known, unknown, late):
        assert (shown(projected, entry)["about"], shown(projected, entry)["reason"]) == (None, None)
    assert shown(projected, other)["about"] == "The boiler hisses"
    projected.check_rebuild()


def test_contacts_are_listed_newest_first_and_by_what_they_are_about(projected: ProjectedLog) -> None:
    customer, case = uuid4(), uuid4()
    calls = [call(customer, started_at=NOON + timedelta(minutes=minute)) for minute in range(4)]
    mail = call(channel="email", message_id="<1@mail>")
    mail.link(case)
    projected.record(*calls, mail)

    with projected.seen() as reader:
        first = contacts(reader, limit=3, customer=customer)
        last = first[-1]
        rest = contacts(reader, limit=3, after=(last["started_at"], last["id"]), customer=customer)
        assert [row["id"] for row in first + rest] == [each.id for each in reversed(calls)]
        for chosen in (
            contacts(reader, limit=9, case=case),
            contacts(reader, limit=9, channel="email"),
            contacts(reader, limit=9, message_id="<1@mail>"),
            contacts(reader, limit=9, status="linked"),
        ):
            assert [row["id"] for row in chosen] == [mail.id]
