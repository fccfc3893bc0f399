"""The rules of customers over HTTP."""

from __future__ import annotations

from tests.api.conftest import House
from tests.support.api_steps import NAME, STREET, case, customer, items, made, read, refused, site, told

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def test_a_registered_customer_is_shown_with_their_details(house: House) -> None:
    id = made(house, "customers", name=NAME, phones=["+49 30 1234"], language="de", zone="Europe/Berlin")

    shown = read(house, f"customers/{id}")

    assert (shown["name"], shown["phones"], shown["email"]) == (NAME, ["+49 30 1234"], None)
    assert (shown["language"], shown["zone"]) == ("de", "Europe/Berlin")
    assert (shown["sites"], shown["clashes"]) == ([], [])


def test_only_what_is_given_is_changed_and_what_is_empty_is_cleared(house: House) -> None:
    id = customer(house)

    told(house, f"customers/{id}/change", email="", name="Erika Ahorn")

    shown = read(house, f"customers/{id}")
    assert (shown["name"], shown["email"], shown["phones"]) == ("Erika Ahorn", "", ["+49 30 1234"])


def test_a_site_is_added_and_changed(house: House) -> None:
    id = customer(house)
    where = site(house, id)

    told(house, f"customers/{id}/change-site", site=where, access_notes="Ring twice.")

    [shown] = read(house, f"customers/{id}")["sites"]
    assert (shown["id"], shown["address"], shown["access_notes"]) == (where, STREET, "Ring twice.")
    assert shown["zone"] == "Europe/Berlin"


def test_a_site_of_nobody_cannot_be_changed(house: House) -> None:
    id = customer(house)

    assert refused(house, f"customers/{id}/change-site", site=NOBODY, address="x") == (404, "no-such-site")


def test_an_entry_is_merged_into_one_that_stays(house: House) -> None:
    double, stays = customer(house), customer(house)

    told(house, f"customers/{double}/merge", into=stays)

    assert read(house, f"customers/{double}")["merged_into"] == stays
    assert refused(house, f"customers/{double}/change", name="x") == (409, "customer-is-merged")


def test_an_entry_is_not_merged_into_one_that_does_not_stay(house: House) -> None:
    double, merged, stays = customer(house), customer(house), customer(house)
    told(house, f"customers/{merged}/merge", into=stays)

    assert refused(house, f"customers/{double}/merge", into=merged) == (409, "customer-is-merged")
    assert refused(house, f"customers/{double}/merge", into=double) == (409, "merged-into-itself")
    assert refused(house, f"customers/{double}/merge", into=NOBODY) == (404, "not-found")


def test_nothing_new_begins_for_a_merged_entry_but_what_had_begun_goes_on(house: House) -> None:
    double, stays = customer(house), customer(house)
    concern = case(house, double)
    told(house, f"customers/{double}/merge", into=stays)

    code = (409, "customer-is-merged")
    assert refused(house, "cases", customer=double, topic="billing") == code
    assert refused(house, "contacts", channel="phone", customer=double) == code
    assert refused(house, "work-orders", customer=double) == code
    made(house, "work-orders", case=concern)


def test_customers_are_found_by_part_of_a_name_address_or_phone(house: House) -> None:
    found, other = customer(house), customer(house, name="Otto Linde", phones=[], email="otto@example.org")
    site(house, found)

    for words in ("kastanien", "hauptstrasse", "30 1234", "ERIKA@"):
        assert [row["id"] for row in items(house, f"customers?words={words}")] == [found]
    assert {row["id"] for row in items(house, "customers")} == {found, other}


def test_customers_are_read_page_by_page(house: House) -> None:
    ids = sorted(customer(house) for _ in range(3))

    first = read(house, "customers?limit=2")
    second = read(house, f"customers?limit=2&cursor={first['next']}")

    assert [row["id"] for row in first["items"] + second["items"]] == ids
    assert second["next"] is None


def test_a_customer_is_shown_as_they_were_known_before_a_change(house: House) -> None:
    id = customer(house)
    before = read(house, f"customers/{id}")["position"]
    told(house, f"customers/{id}/change", name="Erika Ahorn")

    assert read(house, f"customers/{id}?known_at={before}")["name"] == NAME
    assert read(house, f"customers/{id}")["name"] == "Erika Ahorn"
