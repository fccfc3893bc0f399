"""Cases: the spine of everything from a customer's first contact until they are satisfied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.care import case_bodies as bodies
from api.care.known_customer import in_use
from api.care.merged import merged
from api.care.open_work import open_on
from api.http import office
from api.http.belonging import must_be_of, owner_of_contact
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.schemas import Body, Page
from api.http.who import asking
from domain.care.case import Case
from domain.care.case_status import must_not_be_final
from domain.care.contact import Contact
from domain.kernel.aggregate import Entity
from domain.kernel.instant import now
from domain.kernel.problem import NotFound
from domain.recording.unit_of_work import Work
from projections.care import cases as view
from projections.care import timeline as story
from projections.care.contacts import Contacts
from projections.work.work_orders import WorkOrders

cases = Noun("cases", "From first contact to satisfied.")


@cases.creates(bodies.NewCase)
def create(body: Body) -> Response:
    """Open a case."""
    who = asking()

    def make(id: UUID, work: Work) -> tuple[Case, tuple[Entity, ...]]:
        said: dict[str, Any] = {"first_contact_at": body.occurred_at or now()} | body
        first = said.pop("contact", None)
        in_use(work, said["customer"])
        case = Case.open(id=id, **said)
        if first is None:
            return case, ()
        contact = work.get(Contact, first)
        must_be_of(work, "contact", owner_of_contact(work, contact), case.customer)
        contact.link(id, customer=case.customer)
        case.attach_contact(contact.id)
        return case, (contact,)

    return office.create(who, Case, body, make)


@cases.command("wait", bodies.Waiting)
def wait(body: Body, id: UUID) -> Response:
    """Nothing can be done until somebody or something comes."""
    who = asking()
    return office.change(who, Case, id, body, lambda case, _: case.wait(**body))


@cases.command("resume")
def resume(body: Body, id: UUID) -> Response:
    """What it waited for has come, or is no longer waited for: it goes on."""
    who = asking()
    return office.change(who, Case, id, body, lambda case, _: case.resume())


@cases.command("resolve", bodies.Resolution)
def resolve(body: Body, id: UUID) -> Response:
    """What the customer asked for has been done, in our view."""
    who = asking()
    return office.change(who, Case, id, body, lambda case, _: case.resolve(**body))


@cases.command("reopen", bodies.Again)
def reopen(body: Body, id: UUID) -> Response:
    """Take up a resolved case, or by a contact a closed one; a contact of nobody known becomes this customer's."""
    who = asking()

    def decide(case: Case, work: Work) -> list[Contact]:
        contacts = []
        if "by_contact" in body:
            contact = work.get(Contact, body["by_contact"])
            must_be_of(work, "contact", owner_of_contact(work, contact), case.customer)
            case.attach_contact(contact.id)
            if None in (contact.case, contact.customer) and not contact.is_duplicate():
                contact.link(id, customer=case.customer)
                contacts.append(contact)
        case.reopen(**body)
        return contacts

    return office.change(who, Case, id, body, decide)


@cases.command("close", bodies.Ending)
def close(body: Body, id: UUID) -> Response:
    """End it with what the customer says; work and discrepancies that are open refuse this unless they are waived."""
    who = asking()

    def decide(case: Case, work: Work) -> None:
        case.close(**body, waived_by=who.id if "waiver" in body else None, **open_on(case, work))

    return office.change(who, Case, id, body, decide)


@cases.command("merge", bodies.StayingCase)
def merge(body: Body, id: UUID) -> Response:
    """Say that another case is about the same and goes on alone."""
    who = asking()

    def decide(case: Case, work: Work) -> None:
        stays = work.get(Case, body["into"])
        must_not_be_final(stays.status)
        must_be_of(work, "other case", stays.customer, case.customer)
        case.merge(stays.id)

    return office.change(who, Case, id, body, decide)


@cases.lists(view.CASES, bodies.Filters)
def register(query: dict[str, Any]) -> Response:
    """All cases, the newest first."""
    asking()
    with looking(query, view.Cases(), *merged(query)) as reader:
        rows = view.cases(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("opened_at", "id"))


@cases.shows(view.CASES)
def case(query: dict[str, Any], id: UUID) -> Response:
    """One case."""
    asking()
    with looking(query, view.Cases()) as reader:
        return one(reader, view.case(reader, id), own=False)


@cases.lists(story.TIMELINE, Page, path="/<uuid:id>/timeline")
def timeline(query: dict[str, Any], id: UUID) -> Response:
    """Everything that concerns the case, in the order in which it happened."""
    asking()
    with looking(query, view.Cases(), Contacts(), WorkOrders(), story.Timeline()) as reader:
        if view.case(reader, id) is None:
            raise NotFound
        rows = story.case_timeline(reader, id, **paged(query))
        return page(reader, query, rows, key=("occurred_at", "position"))
