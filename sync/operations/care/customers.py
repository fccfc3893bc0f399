"""Operations on customers: contacts on site, and changes of their details."""

from __future__ import annotations

from domain.care.contact import Contact
from domain.care.customer import Customer
from domain.recording.merged import one_customer, surviving_entry
from domain.work.work_order import WorkOrder
from sync.notices import mismatch, notice
from sync.operations.care.shapes import CustomerDetails, CustomerSpoke
from sync.operations.handler import Handler, fact, request
from sync.outcome import Context, NotYourCustomer, Outcome


@fact("customer_spoke", CustomerSpoke)
def spoke(context: Context, data: CustomerSpoke) -> Outcome:
    """A contact on site, with the remaining entry where the named one was merged into another."""
    named: Customer = context.require(Customer, data.customer)
    customer: Customer = context.require(Customer, surviving_entry(context.work, named.id))
    order = context.require(WorkOrder, data.work_order) if data.work_order else None
    fits = order is None or one_customer(context.work, order.customer, customer.id)
    contact = Contact.receive(
        id=context.derived_id("contact"),
        channel="visit",
        direction="in",
        started_at=context.occurred_at,
        customer=customer.id,
        about=data.summary,
        work_order=order.id if order else None,
    )
    contact.set_reason(data.reason)
    if order is None or fits:
        return Outcome((contact,), (), order.case if order else None)
    return Outcome((contact,), (mismatch("work_order", order.id),))


@request("change_customer_details", CustomerDetails)
def change(context: Context, data: CustomerDetails) -> Outcome:
    """Change fields one by one: of a field that was changed meanwhile both values are kept, with a notice.

    Where the named entry was merged into another one, that one is changed.
    """
    named: Customer = context.require(Customer, data.customer)
    customer: Customer = context.require(Customer, surviving_entry(context.work, named.id))
    if not context.works_for(customer.id):
        raise NotYourCustomer
    clashes = customer.request_change({name: (one.from_, one.to) for name, one in data.changes.items()})
    notices = tuple(
        notice("details_clash", {"customer": customer.id, "field": clash.field}, values={"field": clash.field})
        for clash in clashes
    )
    return Outcome((customer,), notices)


HANDLERS: tuple[Handler, ...] = (spoke, change)
