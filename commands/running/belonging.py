"""Checks of ownership: entities that a command names together belong to one customer."""

from __future__ import annotations

from uuid import UUID

from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.care.customer_refusals import NoSuchSite
from domain.kernel.problem import NotFound, Refused
from domain.recording.merged import one_customer
from domain.recording.unit_of_work import Work
from domain.work.work_order import WorkOrder


class OfAnotherCustomer(Refused):
    """One of the named entities belongs to another customer; name entities of one customer."""


def must_be_of(work: Work, what: str, owner: UUID | None, customer: UUID | None) -> None:
    """Refuse `what` when its owner is known and is another customer than this one; merged entries are one customer."""
    if owner is not None and customer is not None and not one_customer(work, owner, customer):
        raise OfAnotherCustomer(f"The {what} belongs to another customer.")


def owner_of_contact(work: Work, contact: Contact) -> UUID | None:
    """The customer whose contact it is: the one named, or that of the work order; None when it is unknown."""
    if contact.customer is not None or contact.work_order is None:
        return contact.customer
    return work.get(WorkOrder, contact.work_order).customer


def must_have_site(work: Work, customer: Customer, site: UUID) -> None:
    """Raise `NoSuchSite` unless the site belongs to this customer, by whichever of their entries."""
    if not customer.has_site(site):
        _ = entry_with(work, customer, site)


def entry_with(work: Work, customer: Customer, site: UUID) -> Customer:
    """The entry of this customer that a site was added to; raises `NoSuchSite`."""
    owner = work.owner_of_site(site)
    if owner is None or not one_customer(work, owner, customer.id):
        raise NoSuchSite
    return work.get(Customer, owner)


def must_be_a_site(work: Work, site: UUID) -> UUID:
    """The customer whose site it is; raises `NotFound`."""
    owner = work.owner_of_site(site)
    if owner is None:
        raise NotFound(f"There is no site {site}.")
    return owner
