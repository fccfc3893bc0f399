"""Customers and their sites: details, merges and erasure."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from flask import Response

from api.care.site_bodies import Whereabouts, site_fields, where
from api.http.erasure import finish_erasure
from api.http.fields import Id, Many, Text, Zone
from api.http.noun import Noun
from api.http.reading import item_response, open_reader, page_arguments, page_response
from api.http.region import region_of
from api.http.rows import ID, STRING, done_with
from api.http.schemas import Body, Command, Creation, Page
from api.http.services import services
from commands.care import customers as commands
from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.care.customer import Customer
from projections.care import customers as view
from projections.care.customer_rows import CustomerDetail, CustomerRow
from projections.lookup.search import Search
from projections.lookup.search_query import EVERYBODY, found_by
from store.erasure import Erasure

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
    """A new site of the customer; its id is generated when it is left out."""

    site = Id()
    zone = Zone(metadata={"description": "The IANA zone of the site; by default derived from its country or address."})
    address = Text(1000, required=True)


class StayingEntry(Command):
    """The customer into which this one is merged."""

    into = Id(required=True)


class Filters(Page):
    """Which customers."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    words = Text(
        200, metadata={"description": "Part of a name, address, e-mail address or phone number, in any spelling."}
    )


@customers.creates(Customer, NewCustomer)
def create_customer(context: CommandContext, body: Body, id: UUID) -> Customer:
    """Register a customer."""
    return Customer.register(id=id, zone=context.about.zone, **body)


@customers.command("change", Details)
def change(context: CommandContext, body: Body, id: UUID) -> Customer:
    """Set the given details; the others stay."""
    return commands.change(context.work, id, zone=context.about.zone, **body)


@customers.command("add-site", NewSite, done_with(site=ID, zone=STRING, zone_basis=STRING))
def add_site(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Add a site; the reply has its id as `site`, and its zone.

    Without a `zone`, the country, its region or the postcode decide, else an address that ends with its country; else
    it is the company's, and `zone_basis` says that it is `assumed`.
    """
    fields = {"site": uuid5(context.request.operation, "site")} | site_fields(body)
    return commands.add_site(context.work, id, where=where(body), company_zone=context.zone, **fields)


@customers.command("change-site", SiteDetails)
def change_site(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Set the given details of a site, also of a merged customer's site; the others stay."""
    fields = site_fields(body)
    return commands.change_site(context.work, id, where=where(body), company_zone=context.zone, **fields)


@customers.command("merge", StayingEntry)
def merge(context: CommandContext, body: Body, id: UUID) -> Customer:
    """Merge this customer into another entry for the same customer, which stays."""
    return commands.merge(context.work, id, **body)


@customers.command("erase", after=finish_erasure)
def erase(context: CommandContext, _: Body, id: UUID) -> Changed:
    """Erase the customer and the entries merged into them: none of their personal data can be read afterwards.

    The reply is sent when the views have erased them too, or after the usual wait; then the views follow soon.
    """
    return commands.erase(context.work, id, entries=Erasure(context.log).entries_merged_into(id))


@customers.lists(CustomerRow, Filters)
def list_customers(query: dict[str, Any]) -> Response:
    """All customers, by id."""
    with open_reader(query, view.Customers(), Search()) as reader:
        words = query.get("words")
        like = EVERYBODY if words is None else found_by(words, region_of(services().settings.zone))
        rows = view.customers(reader, **page_arguments(query), like=like, external_ref=query.get("external_ref"))
        return page_response(reader, query, rows, key=("id",))


@customers.shows(CustomerDetail)
def show_customer(query: dict[str, Any], id: UUID) -> Response:
    """One customer, with their sites and conflicting changes."""
    with open_reader(query, view.Customers()) as reader:
        return item_response(reader, view.customer(reader, id))
