"""Customers as the office sees them."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from projections.care.customer_entries import clashes
from projections.care.customers import Customers, customer, customers
from tests.support.projected_log import ProjectedLog, projected_log_on


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Customers()) as made:
        yield made


def ada() -> Customer:
    return Customer.register(id=uuid4(), name="Ada Lovelace", phones=("030 1",), email="ada@example.org")


def test_a_customer_is_shown_with_sites_and_the_details_last_set(projected: ProjectedLog) -> None:
    entry, site = ada(), uuid4()
    entry.add_site(site=site, zone="Europe/Berlin", address="Lindenallee 7", access_notes="ring twice")
    entry.change(phones=("030 2", "030 3"), zone="Europe/Paris")
    entry.change_site(site, access_notes="")

    position = projected.record(entry)

    with projected.seen() as reader:
        found = customer(reader, entry.id)
    assert found is not None
    fields = {name: found[name] for name in ("name", "phones", "email", "language", "zone", "erased", "version")}
    assert fields == {
        "name": "Ada Lovelace",
        "phones": ["030 2", "030 3"],
        "email": "ada@example.org",
        "language": "en",
        "zone": "Europe/Paris",
        "erased": False,
        "version": 4,
    }
    assert found["position"] == position
    assert [(each["id"], each["address"], each["access_notes"]) for each in found["sites"]] == [
        (site, "Lindenallee 7", "")
    ]
    projected.check_rebuild()


def test_a_clash_is_open_until_its_field_is_changed_again(projected: ProjectedLog) -> None:
    entry = ada()
    projected.record(entry)
    entry.request_change({"phones": (("030 0",), ("030 9",)), "email": ("old@example.org", "new@example.org")})
    projected.record(entry)

    with projected.seen() as reader:
        assert [(each["field"], each["kept"], each["wanted"]) for each in clashes(reader, limit=9)] == [
            ("phones", ["030 1"], ["030 9"]),
            ("email", ["ada@example.org"], ["new@example.org"]),
        ]
        [_, second] = clashes(reader, limit=9)
        assert clashes(reader, limit=9, after=second["position"]) == []

    entry.change(phones=("030 9",))
    projected.record(entry)

    with projected.seen() as reader:
        found = customer(reader, entry.id)
        assert found is not None
        assert [each["field"] for each in found["clashes"]] == ["email"]
    projected.check_rebuild()


def test_an_erased_customer_leaves_no_word(projected: ProjectedLog) -> None:
    entry, site = ada(), uuid4()
    entry.add_site(site=site, zone="Europe/Berlin", address="Lindenallee 7", access_notes="ring twice")
    entry.request_change({"name": ("Augusta", "Ada King")})
    projected.record(entry)
    assert all(projected.contains(word) for word in ("Lovelace", "Lindenallee", "Ada King"))

    entry.erase()
    projected.erase(entry)

    assert not any(
        projected.contains(word) for word in ("Lovelace", "Lindenallee", "Ada King", "ring", "030 1", "ada@")
    )
    with projected.seen() as reader:
        found = customer(reader, entry.id)
        assert found is not None
        assert found["erased"]
        assert [each["id"] for each in found["sites"]] == [site]
    projected.check_rebuild()


def test_a_merged_customer_names_the_entry_that_stays(projected: ProjectedLog) -> None:
    entry, other = ada(), uuid4()
    entry.merge(other)

    projected.record(entry)

    with projected.seen() as reader:
        found = customer(reader, entry.id)
        assert found is not None
        assert found["merged_into"] == other


def test_customers_are_found_by_part_of_a_name_address_mail_or_phone(projected: ProjectedLog) -> None:
    one, two = ada(), Customer.register(id=uuid4(), name="Grace Hopper", phones=("+49 171 5",))
    two.add_site(site=uuid4(), zone="Europe/Berlin", address="Rosenweg 3")
    projected.record(one, two)

    with projected.seen() as reader:
        for words, expected in (("LOVE", one), ("ada@", one), ("171", two), ("rosenweg", two)):
            assert [row["id"] for row in customers(reader, limit=9, words=words)] == [expected.id]
        assert customers(reader, limit=9, words="%") == []


def test_customers_are_listed_page_by_page(projected: ProjectedLog) -> None:
    entries = sorted((ada() for _ in range(5)), key=lambda each: each.id)
    projected.record(*entries)

    with projected.seen() as reader:
        first = customers(reader, limit=3)
        rest = customers(reader, limit=3, after=first[-1]["id"])
    assert [row["id"] for row in first + rest] == [each.id for each in entries]
