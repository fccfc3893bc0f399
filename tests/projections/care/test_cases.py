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
from tests.support.projected_log import Shop, shop_on


@pytest.fixture
def shop(database: str) -> Iterator[Shop]:
    with shop_on(database, Customers(), Cases()) as made:
        yield made


def opened(**more: Any) -> Case:
    told: dict[str, Any] = {"customer": uuid4(), "topic": "troubleshooting"}
    return Case.open(id=uuid4(), first_contact_at=NOON - timedelta(hours=1), **(told | more))


def shown(shop: Shop, of: Case) -> CaseRow:
    with shop.seen() as reader:
        row = case(reader, of.id)
    assert row is not None
    return row


def test_a_case_is_shown_as_it_stands_after_each_step(shop: Shop) -> None:
    entry, contact, manager = opened(priority="high"), uuid4(), uuid4()
    entry.attach_contact(contact)
    shop.record(entry)
    row = shown(shop, entry)
    assert (row["status"], row["priority"], row["contacts"]) == ("open", "high", [str(contact)])
    assert (row["opened_at"], row["first_contact_at"]) == (NOON, NOON - timedelta(hours=1))

    entry.wait("parts")
    shop.record(entry)
    assert (shown(shop, entry)["status"], shown(shop, entry)["waits_on"]) == ("waiting", "parts")

    entry.start_work()
    entry.resolve("New pump")
    shop.record(entry, at=NOON + timedelta(hours=2))
    row = shown(shop, entry)
    assert (row["status"], row["waits_on"], row["resolution"]) == ("resolved", None, "New pump")
    assert row["resolved_at"] == NOON + timedelta(hours=2)

    entry.reopen(uuid4())
    entry.resolve("Another pump")
    entry.close(outcome="no_reply", basis="timeout", open_work_orders=1, waived_by=manager, waiver="They moved away")
    shop.record(entry, at=NOON + timedelta(days=3))
    row = shown(shop, entry)
    assert (row["status"], row["outcome"], row["basis"], row["reopenings"]) == ("closed", "no_reply", "timeout", 1)
    assert (row["waived_by"], row["waiver"], row["closed_at"]) == (manager, "They moved away", NOON + timedelta(days=3))
    shop.must_be_the_same_rebuilt()


def test_a_merged_case_names_the_one_that_goes_on(shop: Shop) -> None:
    entry, other = opened(), uuid4()
    entry.merge(other)
    shop.record(entry)
    assert (shown(shop, entry)["status"], shown(shop, entry)["merged_into"]) == ("merged", other)


def test_an_erased_customer_leaves_no_word_in_a_case(shop: Shop) -> None:
    ada = Customer.register(id=uuid4(), name="Ada")
    entry = opened(customer=ada.id)
    entry.resolve("Calmed Mrs Lovelace")
    shop.record(ada, entry)
    assert shop.says("Lovelace")

    ada.erase()
    shop.erase(ada)

    assert not shop.says("Lovelace")
    assert shown(shop, entry)["status"] == "resolved"
    shop.must_be_the_same_rebuilt()


def test_cases_are_listed_newest_first_and_by_how_they_stand(shop: Shop) -> None:
    entries = [opened() for _ in range(4)]
    for hour, entry in enumerate(entries):
        shop.record(entry, at=NOON + timedelta(hours=hour))
    entries[2].wait("vendor")
    shop.record(entries[2])

    with shop.seen() as reader:
        first = cases(reader, limit=3)
        rest = cases(reader, limit=3, after=(first[-1]["opened_at"], first[-1]["id"]))
        assert [row["id"] for row in first + rest] == [each.id for each in reversed(entries)]
        assert [row["id"] for row in cases(reader, limit=9, status="waiting")] == [entries[2].id]
        assert [row["id"] for row in cases(reader, limit=9, customer=entries[1].customer)] == [entries[1].id]
        assert cases(reader, limit=9, topic="billing") == []
