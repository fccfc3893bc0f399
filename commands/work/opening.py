"""Opening a work order: for a customer or for their case, at one of their sites."""

from __future__ import annotations

from uuid import UUID

from commands.care.known_customer import existing_customer, usable_customer
from commands.running.belonging import must_be_of, must_have_site
from commands.running.changed import Changed
from domain.care.case import Case
from domain.care.customer import Customer
from domain.kernel.bad_input import bad_member
from domain.kernel.priority import Priority
from domain.kernel.problem import Refused
from domain.recording.merged import one_customer
from domain.recording.unit_of_work import Work
from domain.work.equipment import Equipment
from domain.work.work_order import WorkOrder


class CaseOfSomebodyElse(Refused):
    """The case belongs to another customer; name that customer or another case."""


def open_work_order(
    work: Work,
    id: UUID,
    *,
    customer: UUID | None = None,
    case: UUID | None = None,
    site: UUID | None = None,
    equipment: UUID | None = None,
    number: str | None = None,
    priority: Priority = "normal",
    problem: str | None = None,
) -> Changed:
    """Open a work order; a case that it is for is continued with it.

    Without a number it gets the next one. Raises a `Problem` where neither customer nor case is named, or where a named
    thing belongs to another customer.
    """
    about = None if case is None else work.get(Case, case)
    owner = _customer(work, customer) if about is None else existing_customer(work, _whose(work, customer, about))
    if site is not None:
        must_have_site(work, owner, site)
    if equipment is not None:
        must_be_of(work, "machine", work.get(Equipment, equipment).customer, owner.id)
    number = work.next_work_order_number() if number is None else number
    given = {"case": case, "site": site, "equipment": equipment, "problem": problem}
    fields = {name: value for name, value in given.items() if value is not None}
    order = WorkOrder.open(id=id, number=number, customer=owner.id, priority=priority, **fields)  # type: ignore[arg-type]
    if about is None:
        return Changed(order)
    about.start_work(id)
    return Changed(order, (about,))


def _whose(work: Work, customer: UUID | None, case: Case) -> UUID:
    if customer is not None and not one_customer(work, customer, case.customer):
        raise CaseOfSomebodyElse
    return case.customer


def _customer(work: Work, customer: UUID | None) -> Customer:
    if customer is None:
        raise bad_member("/customer", "Say whose it is, or which case it is for.")
    return usable_customer(work, customer)
