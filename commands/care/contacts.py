"""Commands about contacts: receiving them, linking them to cases, and naming their cause."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from commands.care.known_customer import existing_customer, usable_customer
from commands.running.belonging import must_be_of, owner_of_contact
from commands.running.changed import Changed
from commands.running.simple import on
from domain.care.case import Case
from domain.care.contact import Contact, Receipt
from domain.recording.unit_of_work import Work
from domain.work.work_order import WorkOrder

set_reason = on(Contact, Contact.set_reason)
confirm_cause = on(Contact, Contact.confirm_cause)
answer = on(Contact, Contact.answer)


def receive(work: Work, id: UUID, receipt: Receipt, *, reason: str | None = None) -> Contact:
    """Record a contact, with or without a customer; with a work order it is that order's customer.

    `reason` is why they contacted us, in their words.
    """
    fields: dict[str, Any] = {**receipt}
    if "customer" in fields:
        usable_customer(work, fields["customer"])
    if "work_order" in fields:
        order = work.get(WorkOrder, fields["work_order"])
        must_be_of(work, "work order", order.customer, fields.get("customer"))
        fields.setdefault("customer", existing_customer(work, order.customer).id)
    contact = Contact.receive(id=id, **fields)
    if reason is not None:
        contact.set_reason(reason)
    return contact


def link(work: Work, id: UUID, *, case: UUID, repeat_of: UUID | None = None) -> Changed:
    """Link it to a case; a contact without customer becomes the case's customer's.

    `repeat_of` is an earlier contact of the customer that it repeats.
    """
    contact, about = work.get(Contact, id), work.get(Case, case)
    existing_customer(work, about.customer)
    must_be_of(work, "case", about.customer, owner_of_contact(work, contact))
    if repeat_of is not None:
        earlier = owner_of_contact(work, work.get(Contact, repeat_of))
        must_be_of(work, "earlier contact", earlier, about.customer)
    contact.link(case, customer=about.customer, repeat_of=repeat_of)
    about.attach_contact(contact.id)
    return Changed(contact, (about,))


def mark_duplicate(work: Work, id: UUID, *, of: UUID) -> Contact:
    """Mark it as a duplicate of another contact."""
    contact, other = work.get(Contact, id), work.get(Contact, of)
    must_be_of(work, "other contact", owner_of_contact(work, other), owner_of_contact(work, contact))
    other.must_not_be_duplicate()
    contact.mark_duplicate(other.id)
    return contact
