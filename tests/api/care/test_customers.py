"""The rules of customers over HTTP."""

from __future__ import annotations

from tests.api.conftest import ApiClient
from tests.support.api_steps import NAME, STREET, case, command, create, customer, items, read, refusal, site

NOBODY = "0191cb40-11d2-7000-8f00-9d0f6b7c0001"


def test_a_registered_customer_is_shown_with_their_details(api: ApiClient) -> None:
    id = create(api, "customers", name=NAME, phones=["+49 30 1234"], language="de", zone="Europe/Berlin")

    shown = read(api, f"customers/{id}")

    assert (shown["name"], shown["phones"], shown["email"]) == (NAME, ["+49 30 1234"], None)
    assert (shown["language"], shown["zone"]) == ("de", "Europe/Berlin")
    assert (shown["sites"], shown["clashes"]) == ([], [])


def test_only_what_is_given_is_changed_and_what_is_empty_is_cleared(api: ApiClient) -> None:
    id = customer(api)

    command(api, f"customers/{id}/change", email="", name="Erika Ahorn")

    shown = read(api, f"customers/{id}")
    assert (shown["name"], shown["email"], shown["phones"]) == ("Erika Ahorn", "", ["+49 30 1234"])


def test_a_site_is_added_and_changed(api: ApiClient) -> None:
    id = customer(api)
    where = site(api, id)

    command(api, f"customers/{id}/change-site", site=where, access_notes="Ring twice.")

    [shown] = read(api, f"customers/{id}")["sites"]
    assert (shown["id"], shown["address"], shown["access_notes"]) == (where, STREET, "Ring twice.")
    assert shown["zone"] == "Europe/Berlin"


def test_a_site_of_nobody_cannot_be_changed(api: ApiClient) -> None:
    id = customer(api)

    assert refusal(api, f"customers/{id}/change-site", site=NOBODY, address="x") == (404, "no-such-site")


def test_an_entry_is_merged_into_one_that_stays(api: ApiClient) -> None:
    double, stays = customer(api), customer(api)

    command(api, f"customers/{double}/merge", into=stays)

    assert read(api, f"customers/{double}")["merged_into"] == stays
    assert refusal(api, f"customers/{double}/change", name="x") == (409, "customer-is-merged")


def test_an_entry_is_not_merged_into_one_that_does_not_stay(api: ApiClient) -> None:
    double, merged, stays = customer(api), customer(api), customer(api)
    command(api, f"customers/{merged}/merge", into=stays)

    assert refusal(api, f"customers/{double}/merge", into=merged) == (409, "customer-is-merged")
    assert refusal(api, f"customers/{double}/merge", into=double) == (409, "merged-into-itself")
    assert refusal(api, f"customers/{double}/merge", into=NOBODY) == (404, "not-found")


def test_nothing_new_begins_for_a_merged_entry_but_what_had_begun_goes_on(api: ApiClient) -> None:
    double, stays = customer(api), customer(api)
    concern = case(api, double)
    command(api, f"customers/{double}/merge", into=stays)

    code = (409, "customer-is-merged")
    assert refusal(api, "cases", customer=double, topic="billing") == code
    assert refusal(api, "contacts", channel="phone", customer=double) == code
    assert refusal(api, "work-orders", customer=double) == code
    create(api, "work-orders", case=concern)


def test_customers_are_found_by_part_of_a_name_address_or_phone(api: ApiClient) -> None:
    found, other = customer(api), customer(api, name="Otto Linde", phones=[], email="otto@example.org")
    site(api, found)

    for words in ("kastanien", "hauptstrasse", "30 1234", "ERIKA@"):
        assert [row["id"] for row in items(api, f"customers?words={words}")] == [found]
    assert {row["id"] for row in items(api, "customers")} == {found, other}


def test_customers_are_read_page_by_page(api: ApiClient) -> None:
    ids = sorted(customer(api) for _ in range(3))

    first = read(api, "customers?limit=2")
    second = read(api, f"customers?limit=2&cursor={first['next']}")

    assert [row["id"] for row in first["items"] + second["items"]] == ids
    assert second["next"] is None


def test_a_customer_is_shown_as_they_were_known_before_a_change(api: ApiClient) -> None:
    id = customer(api)
    before = read(api, f"customers/{id}")["position"]
    command(api, f"customers/{id}/change", name="Erika Ahorn")

    assert read(api, f"customers/{id}?known_at={before}")["name"] == NAME
    assert read(api, f"customers/{id}")["name"] == "Erika Ahorn"
