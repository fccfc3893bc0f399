"""Commands about customers: details, sites, merges of entries, and erasure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from commands.care.known_customer import existing_customer, usable_customer
from commands.care.sites import Whereabouts, zone_fields
from commands.running.beginning import must_be_free
from commands.running.belonging import entry_with
from commands.running.changed import Changed
from commands.running.simple import on
from domain.care.customer import Customer
from domain.recording.merged import surviving_entry
from domain.recording.unit_of_work import Work

change = on(Customer, Customer.change)


def add_site(work: Work, id: UUID, *, site: UUID, where: Whereabouts, company_zone: str, **fields: Any) -> Changed:
    """Add a place where the customer has equipment; the reply names the site and its zone.

    `where` decides about the zone, `fields` are the others of `Customer.add_site`.
    """
    customer = work.get(Customer, id)
    must_be_free(work, site, of=customer.id)
    customer.add_site(site=site, **fields, **zone_fields(where, customer, site, company_zone))
    found = customer.site_zones[site]
    return Changed(customer, (), {"site": site, "zone": found.zone, "zone_basis": found.basis})


def change_site(work: Work, id: UUID, *, site: UUID, where: Whereabouts, company_zone: str, **fields: Any) -> Changed:
    """Set the given details of a site, also of one that belongs to an entry merged into this; other details stay."""
    customer = work.get(Customer, id)
    if customer.has_site(site) or customer.merged_into is not None:
        customer.change_site(site, **fields, **zone_fields(where, customer, site, company_zone))
        return Changed(customer)
    entry = entry_with(work, existing_customer(work, id), site)
    zone = zone_fields(where, entry, site, company_zone)
    entry.change_site_for(surviving_entry(work, entry.id), site, **fields, **zone)
    return Changed(customer, (entry,))


def merge(work: Work, id: UUID, *, into: UUID) -> Customer:
    """Merge it into another entry of the same customer, which remains."""
    customer = work.get(Customer, id)
    customer.merge(usable_customer(work, into).id)
    return customer


def erase(work: Work, id: UUID, *, entries: Iterable[UUID]) -> Changed:
    """Erase a customer, and the `entries` that were merged into theirs."""
    customer = work.get(Customer, id)
    merged = [work.get(Customer, entry) for entry in entries]
    for each in (customer, *merged):
        each.erase()
    return Changed(customer, merged)
