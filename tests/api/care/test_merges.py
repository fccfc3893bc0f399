"""Merged customers and cases: what hangs on the entry that went is found at the one that stays, and goes on there."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from tests.api.conftest import House
from tests.support.api_steps import NAME, case, customer, items, made, read, refused, site, told

SATISFIED = {"outcome": "satisfied", "basis": "spoken"}
NOUNS = ("cases", "contacts", "equipment", "work-orders")


class Held(NamedTuple):
    """A customer with one of each."""

    id: str
    site: str
    things: dict[str, str]


def with_everything(house: House, **more: Any) -> Held:
    id = customer(house, **more)
    place = site(house, id)
    machine = made(house, "equipment", model="B-200", customer=id)
    told(house, f"equipment/{machine}/install", customer=id, site=place)
    things = {
        "cases": case(house, id),
        "contacts": made(house, "contacts", channel="phone", customer=id, about="It drips"),
        "equipment": machine,
        "work-orders": made(house, "work-orders", customer=id, site=place, equipment=machine),
    }
    return Held(id, place, things)


def listed(house: House, noun: str, customer: str) -> set[str]:
    return {one["id"] for one in items(house, f"{noun}?customer={customer}")}


@pytest.mark.parametrize("noun", NOUNS)
def test_a_customer_shows_what_came_with_entries_merged_into_theirs_in_a_chain(house: House, noun: str) -> None:
    """Issue 9, 6: B shows A's machines, orders, cases, contacts; A's own id finds the same."""
    one, two, three = (with_everything(house, name=f"N{number}") for number in range(3))
    other = with_everything(house, name="Somebody else")
    told(house, f"customers/{one.id}/merge", into=two.id)
    told(house, f"customers/{two.id}/merge", into=three.id)

    everything = {each.things[noun] for each in (one, two, three)}
    for asked in (one, two, three):
        assert listed(house, noun, asked.id) == everything
    assert listed(house, noun, other.id) == {other.things[noun]}
    past = read(house, f"customers/{other.id}")["position"]
    assert {one["id"] for one in items(house, f"{noun}?customer={three.id}&known_at={past}")} == {three.things[noun]}


def test_the_entry_that_stays_shows_all_sites_and_the_one_that_went_says_where_to_look(house: House) -> None:
    """Issue 9, 6: A's URL answers with `merged_into`, and its sites are B's as well."""
    one, two = with_everything(house), with_everything(house)

    told(house, f"customers/{one.id}/merge", into=two.id)

    assert {each["id"] for each in read(house, f"customers/{two.id}")["sites"]} == {one.site, two.site}
    gone = read(house, f"customers/{one.id}")
    assert (gone["merged_into"], [each["id"] for each in gone["sites"]]) == (two.id, [one.site])


def test_a_site_that_came_with_a_merged_entry_is_one_of_the_customers(house: House) -> None:
    """Issue 9, 6: A's site is changed, repaired at and installed at under B; nobody else's is."""
    one, two, other = with_everything(house), with_everything(house), with_everything(house)
    told(house, f"customers/{one.id}/merge", into=two.id)

    told(house, f"customers/{two.id}/change-site", site=one.site, access_notes="Ring twice")
    order = made(house, "work-orders", customer=two.id, site=one.site)
    told(house, f"equipment/{two.things['equipment']}/move", site=one.site)
    told(house, f"equipment/{one.things['equipment']}/move", site=two.site)

    sites = {each["id"]: each["access_notes"] for each in read(house, f"customers/{two.id}")["sites"]}
    assert sites == {one.site: "Ring twice", two.site: None}
    assert read(house, f"work-orders/{order}")["site"] == one.site
    assert refused(house, f"customers/{other.id}/change-site", site=one.site, address="x") == (404, "no-such-site")
    assert refused(house, "work-orders", customer=other.id, site=one.site) == (404, "no-such-site")
    assert refused(house, f"customers/{two.id}/change-site", site=other.site, address="x") == (404, "no-such-site")
    assert refused(house, f"customers/{one.id}/change-site", site=one.site, address="x") == (409, "customer-is-merged")


def test_merges_in_a_ring_twice_and_into_the_erased_are_refused(house: House) -> None:
    """Issue 9, 6: B→A after A→B, A→B again, and either with somebody erased."""
    a, b, c = (customer(house) for _ in range(3))
    told(house, f"customers/{a}/merge", into=b)
    told(house, f"customers/{b}/merge", into=c)

    merged = (409, "customer-is-merged")
    assert refused(house, f"customers/{a}/merge", into=b) == merged
    assert refused(house, f"customers/{b}/merge", into=a) == merged
    assert refused(house, f"customers/{c}/merge", into=a) == merged
    assert refused(house, f"customers/{c}/merge", into=c)[0] == 409
    gone = customer(house)
    told(house, f"customers/{gone}/erase")
    assert refused(house, f"customers/{c}/merge", into=gone) == (409, "customer-is-erased")
    assert refused(house, f"customers/{gone}/merge", into=c) == (409, "customer-is-erased")


def test_erasing_the_entry_that_stays_erases_what_came_with_the_others(house: House) -> None:
    """Issue 9, 6: words of A, and those changed about A's site under B, are gone with B."""
    one, two = with_everything(house, name=NAME), with_everything(house, name=NAME)
    told(house, f"customers/{one.id}/merge", into=two.id)
    told(house, f"customers/{two.id}/change-site", site=one.site, access_notes="Hildebrandts key")

    told(house, f"customers/{two.id}/erase")
    house.catch_up()

    assert read(house, f"customers/{one.id}")["erased"] is True
    shown = read(house, f"customers/{two.id}")
    assert {each["access_notes"] for each in shown["sites"]} == {None}
    assert {each["address"] for each in shown["sites"]} == {None}
    assert {one["about"] for one in items(house, f"contacts?customer={two.id}")} == {None}


def test_what_hangs_on_a_merged_case_is_found_at_the_one_that_goes_on(house: House) -> None:
    """Issue 9, 6: work orders and contacts of A are B's, in a chain too, also those that come afterwards."""
    owner = customer(house)
    a, b, c = (case(house, owner) for _ in range(3))
    orders = {made(house, "work-orders", case=each) for each in (a, b, c)}
    contacts = [made(house, "contacts", channel="phone", customer=owner) for _ in range(4)]
    for contact, about in zip(contacts, (a, b, c), strict=False):
        told(house, f"contacts/{contact}/link", case=about)
    told(house, f"cases/{a}/merge", into=b)
    told(house, f"cases/{b}/merge", into=c)
    told(house, f"contacts/{contacts[3]}/link", case=a)

    for asked in (a, b, c):
        assert {one["id"] for one in items(house, f"work-orders?case={asked}")} == orders
        assert {one["id"] for one in items(house, f"contacts?case={asked}")} == set(contacts)
    shown = read(house, f"cases/{c}")
    assert (set(shown["contacts"]), shown["contacts_count"]) == (set(contacts), 4)
    assert refused(house, f"cases/{c}/merge", into=a) == (409, "case-is-final")
    assert refused(house, f"cases/{a}/merge", into=c) == (409, "case-is-final")


def inbox(house: House) -> list[str]:
    return [one["id"] for one in items(house, "contacts?needs_decision=true")]


def test_a_contact_about_a_closed_case_needs_a_decision(house: House) -> None:
    """Issue 9, 6: shown as such and listed until the case is reopened, another one is named or it is answered."""
    owner = customer(house)
    closed, merged, other = (case(house, owner) for _ in range(3))
    earlier = made(house, "contacts", channel="phone", customer=owner)
    told(house, f"contacts/{earlier}/link", case=closed)
    told(house, f"cases/{merged}/merge", into=closed)
    told(house, f"cases/{closed}/resolve")
    house.catch_up()
    told(house, f"cases/{closed}/close", **SATISFIED)
    assert inbox(house) == []

    first, second, third, fourth = (made(house, "contacts", channel="email", customer=owner) for _ in range(4))
    for contact, about in ((first, closed), (second, merged), (third, closed), (fourth, closed)):
        told(house, f"contacts/{contact}/link", case=about)

    assert set(inbox(house)) == {first, second, third, fourth}
    assert read(house, f"contacts/{first}")["needs_decision"] is True
    assert read(house, f"contacts/{earlier}")["needs_decision"] is False
    told(house, f"contacts/{third}/link", case=other)
    told(house, f"contacts/{fourth}/answer")
    assert set(inbox(house)) == {first, second}
    told(house, f"cases/{closed}/reopen", by_contact=first, reason="It drips again")
    assert inbox(house) == []
    assert read(house, f"cases/{closed}")["status"] == "in_progress"


def test_views_of_merges_are_the_same_rebuilt(house: House) -> None:
    """Issue 9, 6: rows that follow merges come out of a rebuild as they are."""
    owner = customer(house)
    a, b = case(house, owner), case(house, owner)
    contact = made(house, "contacts", channel="phone", customer=owner)
    told(house, f"contacts/{contact}/link", case=a)
    told(house, f"cases/{a}/merge", into=b)
    before = [read(house, f"{path}") for path in (f"cases/{a}", f"cases/{b}", f"contacts/{contact}")]
    known = before[0]["position"]

    later = [
        read(house, f"{path}?known_at={max(known, *(one['position'] for one in before))}")
        for path in (f"cases/{a}", f"cases/{b}", f"contacts/{contact}")
    ]

    assert later == before
    assert UUID(contact) in map(UUID, before[1]["contacts"])
