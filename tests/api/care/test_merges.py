"""Merged customers and cases: what belongs to the merged entry is found and continued at the remaining one."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from tests.api.conftest import ApiClient
from tests.support.api_steps import NAME, case, command, create, customer, items, read, refusal, site

SATISFIED = {"outcome": "satisfied", "basis": "spoken"}
NOUNS = ("cases", "contacts", "equipment", "work-orders")


class Held(NamedTuple):
    """A customer with one of each."""

    id: str
    site: str
    things: dict[str, str]


def with_everything(api: ApiClient, **more: Any) -> Held:
    id = customer(api, **more)
    place = site(api, id)
    machine = create(api, "equipment", model="B-200", customer=id)
    command(api, f"equipment/{machine}/install", customer=id, site=place)
    things = {
        "cases": case(api, id),
        "contacts": create(api, "contacts", channel="phone", customer=id, about="It drips"),
        "equipment": machine,
        "work-orders": create(api, "work-orders", customer=id, site=place, equipment=machine),
    }
    return Held(id, place, things)


def listed(api: ApiClient, noun: str, customer: str) -> set[str]:
    return {one["id"] for one in items(api, f"{noun}?customer={customer}")}


@pytest.mark.parametrize("noun", NOUNS)
def test_a_customer_shows_what_came_with_entries_merged_into_theirs_in_a_chain(api: ApiClient, noun: str) -> None:
    """Issue 9, 6: B shows A's machines, orders, cases, contacts; A's own id finds the same."""
    one, two, three = (with_everything(api, name=f"N{number}") for number in range(3))
    other = with_everything(api, name="Somebody else")
    command(api, f"customers/{one.id}/merge", into=two.id)
    command(api, f"customers/{two.id}/merge", into=three.id)

    everything = {each.things[noun] for each in (one, two, three)}
    for asked in (one, two, three):
        assert listed(api, noun, asked.id) == everything
    assert listed(api, noun, other.id) == {other.things[noun]}
    past = read(api, f"customers/{other.id}")["position"]
    assert {one["id"] for one in items(api, f"{noun}?customer={three.id}&known_at={past}")} == {three.things[noun]}


def test_the_entry_that_stays_shows_all_sites_and_the_one_that_went_says_where_to_look(api: ApiClient) -> None:
    """Issue 9, 6: A's URL answers with `merged_into`, and its sites are B's as well."""
    one, two = with_everything(api), with_everything(api)

    command(api, f"customers/{one.id}/merge", into=two.id)

    assert {each["id"] for each in read(api, f"customers/{two.id}")["sites"]} == {one.site, two.site}
    gone = read(api, f"customers/{one.id}")
    assert (gone["merged_into"], [each["id"] for each in gone["sites"]]) == (two.id, [one.site])


def test_a_site_that_came_with_a_merged_entry_is_one_of_the_customers(api: ApiClient) -> None:
    """Issue 9, 6: A's site is changed, repaired at and installed at under B; nobody else's is."""
    one, two, other = with_everything(api), with_everything(api), with_everything(api)
    command(api, f"customers/{one.id}/merge", into=two.id)

    command(api, f"customers/{two.id}/change-site", site=one.site, access_notes="Ring twice")
    order = create(api, "work-orders", customer=two.id, site=one.site)
    command(api, f"equipment/{two.things['equipment']}/move", site=one.site)
    command(api, f"equipment/{one.things['equipment']}/move", site=two.site)

    sites = {each["id"]: each["access_notes"] for each in read(api, f"customers/{two.id}")["sites"]}
    assert sites == {one.site: "Ring twice", two.site: None}
    assert read(api, f"work-orders/{order}")["site"] == one.site
    assert refusal(api, f"customers/{other.id}/change-site", site=one.site, address="x") == (404, "no-such-site")
    assert refusal(api, "work-orders", customer=other.id, site=one.site) == (404, "no-such-site")
    assert refusal(api, f"customers/{two.id}/change-site", site=other.site, address="x") == (404, "no-such-site")
    assert refusal(api, f"customers/{one.id}/change-site", site=one.site, address="x") == (409, "customer-is-merged")


def test_merges_in_a_ring_twice_and_into_the_erased_are_refused(api: ApiClient) -> None:
    """Issue 9, 6: B→A after A→B, A→B again, and either with somebody erased."""
    a, b, c = (customer(api) for _ in range(3))
    command(api, f"customers/{a}/merge", into=b)
    command(api, f"customers/{b}/merge", into=c)

    merged = (409, "customer-is-merged")
    assert refusal(api, f"customers/{a}/merge", into=b) == merged
    assert refusal(api, f"customers/{b}/merge", into=a) == merged
    assert refusal(api, f"customers/{c}/merge", into=a) == merged
    assert refusal(api, f"customers/{c}/merge", into=c)[0] == 409
    gone = customer(api)
    command(api, f"customers/{gone}/erase")
    assert refusal(api, f"customers/{c}/merge", into=gone) == (409, "customer-is-erased")
    assert refusal(api, f"customers/{gone}/merge", into=c) == (409, "customer-is-erased")


def test_erasing_the_entry_that_stays_erases_what_came_with_the_others(api: ApiClient) -> None:
    """Issue 9, 6: words of A, and those changed about A's site under B, are gone with B."""
    one, two = with_everything(api, name=NAME), with_everything(api, name=NAME)
    command(api, f"customers/{one.id}/merge", into=two.id)
    command(api, f"customers/{two.id}/change-site", site=one.site, access_notes="Hildebrandts key")

    command(api, f"customers/{two.id}/erase")
    api.catch_up()

    assert read(api, f"customers/{one.id}")["erased"] is True
    shown = read(api, f"customers/{two.id}")
    assert {each["access_notes"] for each in shown["sites"]} == {None}
    assert {each["address"] for each in shown["sites"]} == {None}
    assert {one["about"] for one in items(api, f"contacts?customer={two.id}")} == {None}


def test_what_hangs_on_a_merged_case_is_found_at_the_one_that_goes_on(api: ApiClient) -> None:
    """Issue 9, 6: work orders and contacts of A are B's, in a chain too, also those that come afterwards."""
    owner = customer(api)
    a, b, c = (case(api, owner) for _ in range(3))
    orders = {create(api, "work-orders", case=each) for each in (a, b, c)}
    contacts = [create(api, "contacts", channel="phone", customer=owner) for _ in range(4)]
    for contact, about in zip(contacts, (a, b, c), strict=False):
        command(api, f"contacts/{contact}/link", case=about)
    command(api, f"cases/{a}/merge", into=b)
    command(api, f"cases/{b}/merge", into=c)
    command(api, f"contacts/{contacts[3]}/link", case=a)

    for asked in (a, b, c):
        assert {one["id"] for one in items(api, f"work-orders?case={asked}")} == orders
        assert {one["id"] for one in items(api, f"contacts?case={asked}")} == set(contacts)
    shown = read(api, f"cases/{c}")
    assert (set(shown["contacts"]), shown["contacts_count"]) == (set(contacts), 4)
    assert refusal(api, f"cases/{c}/merge", into=a) == (409, "case-is-final")
    assert refusal(api, f"cases/{a}/merge", into=c) == (409, "case-is-final")


def inbox(api: ApiClient) -> list[str]:
    return [one["id"] for one in items(api, "contacts?needs_decision=true")]


def test_a_contact_about_a_closed_case_needs_a_decision(api: ApiClient) -> None:
    """Issue 9, 6: shown as such and listed until the case is reopened, another one is named or it is answered."""
    owner = customer(api)
    closed, merged, other = (case(api, owner) for _ in range(3))
    earlier = create(api, "contacts", channel="phone", customer=owner)
    command(api, f"contacts/{earlier}/link", case=closed)
    command(api, f"cases/{merged}/merge", into=closed)
    command(api, f"cases/{closed}/resolve")
    api.catch_up()
    command(api, f"cases/{closed}/close", **SATISFIED)
    assert inbox(api) == []

    first, second, third, fourth = (create(api, "contacts", channel="email", customer=owner) for _ in range(4))
    for contact, about in ((first, closed), (second, merged), (third, closed), (fourth, closed)):
        command(api, f"contacts/{contact}/link", case=about)

    assert set(inbox(api)) == {first, second, third, fourth}
    assert read(api, f"contacts/{first}")["needs_decision"] is True
    assert read(api, f"contacts/{earlier}")["needs_decision"] is False
    command(api, f"contacts/{third}/link", case=other)
    command(api, f"contacts/{fourth}/answer")
    assert set(inbox(api)) == {first, second}
    command(api, f"cases/{closed}/reopen", by_contact=first, reason="It drips again")
    assert inbox(api) == []
    assert read(api, f"cases/{closed}")["status"] == "in_progress"


def test_views_of_merges_are_the_same_rebuilt(api: ApiClient) -> None:
    """Issue 9, 6: rows that follow merges come out of a rebuild as they are."""
    owner = customer(api)
    a, b = case(api, owner), case(api, owner)
    contact = create(api, "contacts", channel="phone", customer=owner)
    command(api, f"contacts/{contact}/link", case=a)
    command(api, f"cases/{a}/merge", into=b)
    before = [read(api, f"{path}") for path in (f"cases/{a}", f"cases/{b}", f"contacts/{contact}")]
    known = before[0]["position"]

    later = [
        read(api, f"{path}?known_at={max(known, *(one['position'] for one in before))}")
        for path in (f"cases/{a}", f"cases/{b}", f"contacts/{contact}")
    ]

    assert later == before
    assert UUID(contact) in map(UUID, before[1]["contacts"])
