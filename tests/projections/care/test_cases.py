"""Cases as the office sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.care.case import Case
from domain.care.customer import Customer
from projections.care.cases import CaseRow, Cases, case, cases
from projections.care.customers import Customers
from tests.support.logs import NOON
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Customers(), Cases()) as made:
        yield made


def opened(**more: Any) -> Case:
    fields: dict[str, Any] = {"customer": uuid4(), "topic": "troubleshooting"}
    return Case.open(id=uuid4(), first_contact_at=NOON - timedelta(hours=1), **(fields | more))


def shown(projected: ProjectedLog, of: Case) -> CaseRow:
    with projected.seen() as reader:
        row = case(reader, of.id)
    assert row is not None
    return row


def test_a_case_is_shown_as_it_stands_after_each_step(projected: ProjectedLog) -> None:
    entry, contact, manager = opened(priority="high"), uuid4(), uuid4()
    entry.attach_contact(contact)
    projected.record(entry)
    row = shown(projected, entry)
    assert (row["status"], row["priority"], row["contacts"]) == ("open", "high", [str(contact)])
    assert (row["opened_at"], row["first_contact_at"]) == (NOON, NOON - timedelta(hours=1))

    entry.wait("parts")
    projected.record(entry)
    assert (shown(projected, entry)["status"], shown(projected, entry)["waits_on"]) == ("waiting", "parts")

    entry.start_work()
    entry.resolve("New pump")
    projected.record(entry, at=NOON + timedelta(hours=2))
    row = shown(projected, entry)
    assert (row["status"], row["waits_on"], row["resolution"]) == ("resolved", None, "New pump")
    assert row["resolved_at"] == NOON + timedelta(hours=2)

    entry.reopen(uuid4())
    entry.resolve("Another pump")
    entry.close(outcome="no_reply", basis="timeout", open_work_orders=1, waived_by=manager, waiver="They moved away")
    projected.record(entry, at=NOON + timedelta(days=3))
    row = shown(projected, entry)
    assert (row["status"], row["outcome"], row["basis"], row["reopenings"]) == ("closed", "no_reply", "timeout", 1)
    assert (row["waived_by"], row["waiver"], row["closed_at"]) == (manager, "They moved away", NOON + timedelta(days=3))
    projected.check_rebuild()


def test_a_merged_case_names_the_one_that_goes_on(projected: ProjectedLog) -> None:
    entry, other = opened(), uuid4()
    entry.merge(other)
    projected.record(entry)
    assert (shown(projected, entry)["status"], shown(projected, entry)["merged_into"]) == ("merged", other)


def test_an_erased_customer_leaves_no_word_in_a_case(projected: ProjectedLog) -> None:
    ada = Customer.register(id=uuid4(), name="Ada")
    entry = opened(customer=ada.id)
    entry.resolve("Calmed Mrs Lovelace")
    projected.record(ada, entry)
    assert projected.contains("Lovelace")

    ada.erase()
    projected.erase(ada)

    assert not projected.contains("Lovelace")
    assert shown(projected, entry)["status"] == "resolved"
    projected.check_rebuild()


def test_cases_are_listed_newest_first_and_by_how_they_stand(projected: ProjectedLog) -> None:
    entries = [opened() for _ in range(4)]
    for hour, entry in enumerate(entries):
        projected.record(entry, at=NOON + timedelta(hours=hour))
    entries[2].wait("vendor")
    projected.record(entries[2])

    with projected.seen() as reader:
        first = cases(reader, limit=3)
        rest = cases(reader, limit=3, after=(first[-1]["opened_at"], first[-1]["id"]))
        assert [row["id"] for row in first + rest] == [each.id for each in reversed(entries)]
        assert [row["id"] for row in cases(reader, limit=9, status="waiting")] == [entries[2].id]
        assert [row["id"] for row in cases(reader, limit=9, customer=entries[1].customer)] == [entries[1].id]
        assert cases(reader, limit=9, topic="billing") == []
