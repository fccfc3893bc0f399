"""The customer that a command names: still there, and not merged into another entry where something new begins."""

from __future__ import annotations

from uuid import UUID

from domain.care.customer import Customer
from domain.care.customer_refusals import CustomerIsErased, CustomerIsMerged
from domain.recording.unit_of_work import Work


def existing_customer(work: Work, id: UUID) -> Customer:
    """The customer, merged or not; raises `CustomerIsErased`."""
    customer = work.get(Customer, id)
    if customer.is_erased():
        raise CustomerIsErased
    return customer


def usable_customer(work: Work, id: UUID) -> Customer:
    """The customer, for a command that creates something; raises `CustomerIsMerged` with the entry to use instead."""
    customer = existing_customer(work, id)
    if customer.merged_into:
        raise CustomerIsMerged(into=str(customer.merged_into))
    return customer
