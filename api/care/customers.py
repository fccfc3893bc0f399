"""Customers: who they are, where their equipment is, which entries are the same person, and forgetting them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Response

from api.care.known_customer import in_use, still_there
from api.care.site_zones import Whereabouts, site_fields
from api.http import office
from api.http.belonging import entry_with, must_be_free
from api.http.fields import Id, Many, Text, Zone
from api.http.forgetting import forgotten
from api.http.noun import Noun
from api.http.reading import looking, one, page, paged
from api.http.region import region_of
from api.http.rows import ID, LIST, STRING, done_with, shape_of
from api.http.schemas import Body, Command, Creation, Page
from api.http.services import services
from api.http.who import asking
from domain.care.customer import Customer
from domain.recording.unit_of_work import Work
from projections.care import customers as view
from projections.lookup.search import Search
from projections.lookup.search_query import EVERYBODY, found_by
from store.erasure import Erasure
from store.merged import standing_entry

customers = Noun("customers", "Customers and their sites.")


class Details(Command):
    """What may change about a customer; an empty text or list clears."""

    name = Text(200)
    phones = Many(Text(40), most=20)
    email = Text(254, 0)
    language = Text(35)
    zone = Zone(metadata={"description": "The IANA zone where they live."})


class NewCustomer(Creation, Details):
    """A new customer."""

    name = Text(200, required=True)
    email = Text(254)


class SiteDetails(Whereabouts):
    """What may change about a site; an empty text clears."""

    site = Id(required=True)
    zone = Zone(metadata={"description": "The IANA zone of the site."})
    address = Text(1000)
    access_notes = Text(4000, 0)


class NewSite(SiteDetails):
    """A place where the customer has equipment; its id is made here when it is left out."""

    site = Id()
    zone = Zone(metadata={"description": "The IANA zone of the site; what its country or address decide unless given."})
    address = Text(1000, required=True)


class StayingEntry(Command):
    """The entry that stays."""

    into = Id(required=True)


class Filters(Page):
    """Which customers."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    words = Text(
        200, metadata={"description": "Part of a name, address, e-mail address or phone number, in any spelling."}
    )


@customers.creates(NewCustomer)
def create(body: Body) -> Response:
    """Register a customer."""
    who = asking()
    return office.create(who, Customer, body, lambda id, _: Customer.register(id=id, zone=body.zone, **body))


@customers.command("change", Details)
def change(body: Body, id: UUID) -> Response:
    """Set the given details; the others stay."""
    who = asking()
    return office.change(who, Customer, id, body, lambda customer, _: customer.change(zone=body.zone, **body))


@customers.command("add-site", NewSite, done_with(site=ID, zone=STRING, zone_basis=STRING))
def add_site(body: Body, id: UUID) -> Response:
    """Add a place where the customer has equipment; the reply names it as `site`, and its zone.

    Without a `zone`, the country, its region or the postcode decide, else an address that ends with its country; else
    it is the company's, and `zone_basis` says that it is `assumed`.
    """
    who = asking()
    site = body.setdefault("site", uuid4())

    def decide(customer: Customer, work: Work) -> None:
        must_be_free(work, site, of=customer.id)
        customer.add_site(**site_fields(body, customer))

    def said(customer: Customer) -> dict[str, Any]:
        found = customer.site_zones[site]
        return {"site": site, "zone": found.zone, "zone_basis": found.basis}

    return office.change(who, Customer, id, body, decide, say=said)


@customers.command("change-site", SiteDetails)
def change_site(body: Body, id: UUID) -> Response:
    """Set the given details of a site, also of one that came with an entry merged into this; the others stay."""
    who = asking()

    def decide(customer: Customer, work: Work) -> tuple[Customer, ...]:
        if customer.has_site(body["site"]) or customer.merged_into is not None:
            customer.change_site(**site_fields(body, customer))
            return ()
        entry = entry_with(work, still_there(work, id), body["site"])
        entry.change_site_for(standing_entry(work, entry.id), **site_fields(body, entry))
        return (entry,)

    return office.change(who, Customer, id, body, decide)


@customers.command("merge", StayingEntry)
def merge(body: Body, id: UUID) -> Response:
    """Say that another entry is the same customer; that one stays."""
    who = asking()

    def decide(customer: Customer, work: Work) -> None:
        customer.merge(in_use(work, body["into"]).id)

    return office.change(who, Customer, id, body, decide)


@customers.command("erase")
def erase(body: Body, id: UUID) -> Response:
    """Forget the customer, and the entries merged into theirs, for good: no word of theirs can be read afterwards.

    The reply comes when the views have forgotten them too, or when they take too long; they will in any case.
    """
    who = asking()
    erasure = Erasure(services().log)

    def decide(customer: Customer, work: Work) -> list[Customer]:
        entries = [work.get(Customer, entry) for entry in erasure.entries_merged_into(customer.id)]
        for entry in (customer, *entries):
            entry.erase()
        return entries

    return forgotten(office.change(who, Customer, id, body, decide))


@customers.lists(view.CUSTOMERS, Filters)
def register(query: dict[str, Any]) -> Response:
    """All customers, by id."""
    asking()
    with looking(query, view.Customers(), Search()) as reader:
        words = query.get("words")
        like = EVERYBODY if words is None else found_by(words, region_of(services().settings.zone))
        rows = view.customers(reader, **paged(query), like=like, external_ref=query.get("external_ref"))
        return page(reader, query, rows, key=("id",))


@customers.shows(shape_of(view.CUSTOMERS, sites=LIST, clashes=LIST))
def customer(query: dict[str, Any], id: UUID) -> Response:
    """One customer, with their sites and the changes that clashed."""
    asking()
    with looking(query, view.Customers()) as reader:
        return one(reader, view.customer(reader, id))
