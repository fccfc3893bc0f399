"""Commands about cases: from the first contact until the case is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from commands.care.known_customer import usable_customer
from commands.running.belonging import must_be_of, owner_of_contact
from commands.running.changed import Changed
from commands.running.open_work import OpenOn
from commands.running.simple import on
from domain.care.case import Case
from domain.care.case_codes import Basis, Outcome, Topic
from domain.care.case_status import must_not_be_final
from domain.care.contact import Contact
from domain.kernel.priority import Priority
from domain.recording.unit_of_work import Work

wait = on(Case, Case.wait)
resume = on(Case, Case.resume)
resolve = on(Case, Case.resolve)


def open_case(
    work: Work,
    id: UUID,
    *,
    customer: UUID,
    topic: Topic,
    first_contact_at: datetime,
    priority: Priority = "normal",
    contact: UUID | None = None,
) -> Changed:
    """Open a case for a customer; `contact` is the one in which they first reported it."""
    usable_customer(work, customer)
    case = Case.open(id=id, customer=customer, topic=topic, priority=priority, first_contact_at=first_contact_at)
    if contact is None:
        return Changed(case)
    first = work.get(Contact, contact)
    must_be_of(work, "contact", owner_of_contact(work, first), case.customer)
    first.link(id, customer=case.customer)
    case.attach_contact(first.id)
    return Changed(case, (first,))


def reopen(work: Work, id: UUID, *, by_contact: UUID | None = None, reason: str | None = None) -> Changed:
    """Reopen a resolved case, or by a contact a closed one; a contact without customer becomes this customer's."""
    case = work.get(Case, id)
    contacts = []
    if by_contact is not None:
        contact = work.get(Contact, by_contact)
        must_be_of(work, "contact", owner_of_contact(work, contact), case.customer)
        case.attach_contact(contact.id)
        if None in (contact.case, contact.customer) and not contact.is_duplicate():
            contact.link(id, customer=case.customer)
            contacts.append(contact)
    case.reopen(by_contact, reason=reason)
    return Changed(case, contacts)


def close(
    work: Work, id: UUID, *, outcome: Outcome, basis: Basis, waiver: str | None = None, by: UUID | None, open_on: OpenOn
) -> Case:
    """Close a case with the answers of the customer.

    `open_on` returns what is open on it; that refuses the command unless `waiver`, a reason in the name of the author
    `by`, permits it.
    """
    case = work.get(Case, id)
    waived: dict[str, Any] = {} if waiver is None else {"waiver": waiver}
    waived_by = None if waiver is None else by
    case.close(outcome=outcome, basis=basis, waived_by=waived_by, **waived, **open_on(case, work))
    return case


def merge(work: Work, id: UUID, *, into: UUID) -> Case:
    """Merge it into another case of the same customer, which remains."""
    case, stays = work.get(Case, id), work.get(Case, into)
    must_not_be_final(stays.status)
    must_be_of(work, "other case", stays.customer, case.customer)
    case.merge(stays.id)
    return case
