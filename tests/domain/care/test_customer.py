"""A customer is known, has sites, may turn out to be another one, and can be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from domain.care.customer import Customer
from domain.care.customer_refusals import CustomerIsErased, CustomerIsMerged, MergedIntoItself, NoSuchSite, SiteIsKnown
from domain.kernel.problem import BadInput, Problem
from tests.support.given_when_then import given, then

SITE, OTHER = uuid4(), uuid4()
Act = Callable[[Customer], object]


def customer(*acts: Act) -> Customer:
    return given(Customer.register(id=uuid4(), name="J. Braun", phones=("+49 30 1",), zone="Europe/Berlin"), *acts)


def housed(it: Customer) -> None:
    it.add_site(site=SITE, zone="Europe/Berlin", address="Gasse 1", access_notes="Ring twice.")


def merged(it: Customer) -> None:
    it.merge(OTHER)


def erased(it: Customer) -> None:
    it.erase()


DECISIONS: list[Act] = [
    lambda it: it.change(name="B. Braun"),
    lambda it: it.request_change({"name": ("J. Braun", "B. Braun")}),
    housed,
    lambda it: it.change_site(SITE, address="Gasse 2"),
    merged,
]


def test_a_customer_is_registered_with_what_they_told() -> None:
    it = Customer.register(id=uuid4(), name="J. Braun", email="j@example.org", language="de")

    fields = {"name": "J. Braun", "phones": (), "email": "j@example.org", "language": "de"}
    assert then(it) == [("customer.registered", fields)]


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "A", "language": ""}, {"name": "A", "zone": "Moon/Base"}])
def test_a_customer_has_a_name_a_language_and_a_zone_that_exists(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        Customer.register(id=uuid4(), **wrong)  # type: ignore[arg-type]


def test_a_site_is_a_place_in_a_zone_with_notes_on_how_to_get_in() -> None:
    it = customer()

    housed(it)

    fields = {"site": SITE, "zone": "Europe/Berlin", "address": "Gasse 1", "access_notes": "Ring twice."}
    assert then(it) == [("customer.site_added", fields)]
    assert it.has_site(SITE)


def test_a_site_is_added_once() -> None:
    with pytest.raises(SiteIsKnown):
        housed(customer(housed))


def test_only_what_is_given_of_a_site_changes() -> None:
    it = customer(housed)

    it.change_site(SITE, access_notes="")
    it.change_site(SITE)

    assert then(it) == [("customer.site_changed", {"site": SITE, "access_notes": ""})]


def test_the_site_of_another_customer_is_not_changed() -> None:
    with pytest.raises(NoSuchSite):
        customer(housed).change_site(OTHER, address="Gasse 2")


@pytest.mark.parametrize("zone", ["Moon/Base", ""])
def test_a_site_is_in_a_zone_that_exists(zone: str) -> None:
    with pytest.raises(BadInput):
        customer().add_site(site=SITE, zone=zone, address="Gasse 1")
    with pytest.raises(BadInput):
        customer(housed).change_site(SITE, zone=zone)


def test_a_customer_may_turn_out_to_be_another_one() -> None:
    it = customer()

    it.merge(OTHER)

    assert then(it) == [("customer.merged", {"into": OTHER})]


def test_a_customer_is_not_merged_into_itself() -> None:
    it = customer()

    with pytest.raises(MergedIntoItself):
        it.merge(it.id)


def test_a_customer_is_erased_once_and_nothing_of_theirs_is_remembered() -> None:
    it = customer(housed)

    it.erase()
    it.erase()

    assert then(it) == [("customer.erased", {})]
    assert it.is_erased()
    assert set(it.details.values()) == {None}


def test_a_merged_customer_can_be_erased() -> None:
    assert customer(merged, erased).is_erased()


@pytest.mark.parametrize(("end", "refusal"), [(merged, CustomerIsMerged), (erased, CustomerIsErased)])
@pytest.mark.parametrize("decide", DECISIONS)
def test_a_merged_or_erased_customer_takes_no_decision(end: Act, refusal: type[Problem], decide: Act) -> None:
    it = customer(end)

    with pytest.raises(refusal):
        decide(it)

    assert then(it) == []
