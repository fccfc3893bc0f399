"""Contacts: each interaction with a customer, what they say it is about, and what really caused it."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api import office
from api.belonging import must_be_of, owner_of_contact
from api.fields import Choice, Flag, Id, Instant, Many, Text, Whole
from api.key_filter import holder_of
from api.known_customer import in_use, still_there
from api.merged import merged
from api.noun import Noun
from api.reading import filters, looking, one, page, paged
from api.rows import shape_of, spoken_all, spoken_one
from api.schemas import Body, Command, Creation, Page
from api.who import asking
from domain.bounds import Kind
from domain.case import Case
from domain.contact import Channel, Contact, Demand, Direction, Status
from domain.instant import now
from domain.work_order import WorkOrder
from projections import contact_queries as queries
from projections import contacts as view
from store.work import Work

contacts = Noun("contacts", "Every interaction with a customer.")


class ContactReason(Command):
    """Why they came, as they say it."""

    reason = Text(2000, required=True)


class NewContact(Creation):
    """A contact that was received or made; `started_at` is now unless it is given."""

    channel = Choice(get_args(Channel), required=True)
    direction = Choice(get_args(Direction), load_default="in")
    started_at = Instant(Kind.HAPPENED)
    ended_at = Instant(Kind.HAPPENED)
    customer = Id()
    work_order = Id()
    message_id = Text(998)
    about = Text(8000)
    reason = Text(2000)


class Link(Command):
    """Which case it is about, and which earlier contact it repeats."""

    case = Id(required=True)
    repeat_of = Id()


class Cause(Command):
    """What really caused it, how that is known, and the positions of the events that did."""

    demand = Choice(get_args(Demand), required=True)
    cause = Text(200, required=True)
    basis = Text(200, required=True)
    causing_events = Many(Whole(1), load_default=())


class Duplicate(Command):
    """The contact that this one repeats word for word."""

    of = Id(required=True)


class Filters(Page):
    """Which contacts."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    case = Id()
    status = Choice(tuple(Status))
    channel = Choice(get_args(Channel))
    message_id = Text(998)
    needs_decision = Flag(metadata={"description": "About a case that was closed already, and nobody has decided."})


@contacts.creates(NewContact)
def create(body: Body) -> Response:
    """Write down a contact, with or without knowing whose it is; with a work order it is that customer's."""
    who = asking()

    def make(id: UUID, work: Work) -> Contact:
        said: dict[str, Any] = {"started_at": body.occurred_at or now(), "agent": who.id} | body
        reason = said.pop("reason", None)
        if "customer" in said:
            in_use(work, said["customer"])
        if "work_order" in said:
            order = work.get(WorkOrder, said["work_order"])
            must_be_of(work, "work order", order.customer, said.get("customer"))
            said.setdefault("customer", still_there(work, order.customer).id)
        contact = Contact.receive(id=id, **said)
        if reason is not None:
            contact.set_reason(reason)
        return contact

    return office.create(who, Contact, body, make)


@contacts.command("set-reason", ContactReason)
def set_reason(body: Body, id: UUID) -> Response:
    """Say why they came, in their words."""
    who = asking()
    return office.change(who, Contact, id, body, lambda contact, _: contact.set_reason(**body))


@contacts.command("link", Link)
def link(body: Body, id: UUID) -> Response:
    """Say which case it is about; where nobody knew whose contact it was, it is that customer's.

    Where that case is closed, the contact is listed with `needs_decision` until the case is reopened by it, it is
    linked to another case, or it is answered.
    """
    who = asking()

    def decide(contact: Contact, work: Work) -> tuple[Case]:
        case = work.get(Case, body["case"])
        still_there(work, case.customer)
        must_be_of(work, "case", case.customer, owner_of_contact(work, contact))
        if "repeat_of" in body:
            earlier = owner_of_contact(work, work.get(Contact, body["repeat_of"]))
            must_be_of(work, "earlier contact", earlier, case.customer)
        contact.link(customer=case.customer, **body)
        case.attach_contact(contact.id)
        return (case,)

    return office.change(who, Contact, id, body, decide)


@contacts.command("confirm-cause", Cause)
def confirm_cause(body: Body, id: UUID) -> Response:
    """Say what really caused it: something the customer wanted, or a failure of ours."""
    who = asking()
    return office.change(who, Contact, id, body, lambda contact, _: contact.confirm_cause(**body))


@contacts.command("answer")
def answer(body: Body, id: UUID) -> Response:
    """Say that the customer has our answer."""
    who = asking()
    return office.change(who, Contact, id, body, lambda contact, _: contact.answer())


@contacts.command("mark-duplicate", Duplicate)
def mark_duplicate(body: Body, id: UUID) -> Response:
    """Say that it is another contact, received twice."""
    who = asking()

    def decide(contact: Contact, work: Work) -> None:
        other = work.get(Contact, body["of"])
        must_be_of(work, "other contact", owner_of_contact(work, other), owner_of_contact(work, contact))
        other.must_not_be_duplicate()
        contact.mark_duplicate(other.id)

    return office.change(who, Contact, id, body, decide)


@contacts.lists(shape_of(view.CONTACTS), Filters)
def register(query: dict[str, Any]) -> Response:
    """All contacts, the newest first."""
    asking()
    with looking(query, view.Contacts(), *merged(query)) as reader:
        holder = holder_of(query, "message_id", "message_id")
        rows = queries.contacts(reader, **paged(query), **filters(query), holder=holder)
        return page(reader, query, spoken_all(rows), key=("listed_at", "id"))


@contacts.shows(shape_of(view.CONTACTS))
def contact(query: dict[str, Any], id: UUID) -> Response:
    """One contact."""
    asking()
    with looking(query, view.Contacts()) as reader:
        return one(reader, spoken_one(queries.contact(reader, id)), own=False)
