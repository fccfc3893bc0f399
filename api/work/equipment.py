"""Equipment: each machine, where it stands, whose it is and which warranties it has."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.care.known_customer import still_there
from api.care.merged import merged
from api.http import office
from api.http.belonging import must_have_site
from api.http.fields import Choice, Day, Id, Text
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.schemas import Body, Command, Creation, Page
from api.http.who import asking
from domain.kernel.bounds import Kind
from domain.kernel.problem import NotFound
from domain.recording.unit_of_work import Work
from domain.work.equipment import Equipment, Status
from projections.care import timeline as story
from projections.work import equipment as view
from projections.work.work_orders import WorkOrders

equipment = Noun("equipment", "The machines that are repaired.")


class NewEquipment(Creation):
    """A new machine, which somebody may own already."""

    model = Text(200, required=True)
    serial = Text(100)
    customer = Id()


class Place(Command):
    """A site of the customer's, and whose machine it is."""

    site = Id(required=True)
    customer = Id(required=True)


class Warranty(Command):
    """Terms that hold from one day until another, both included."""

    from_ = Day(Kind.FROM_DAY, required=True, data_key="from")
    until = Day(Kind.UNTIL_DAY, required=True)
    terms = Text(200, required=True)


class Move(Command):
    """Another site of the same owner."""

    site = Id(required=True)


class Owner(Command):
    """Whose it is now."""

    customer = Id(required=True)


class Retirement(Command):
    """A code of why, or the reason in words."""

    reason = Text(2000, required=True)


class Filters(Page):
    """Which machines."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    site = Id()
    serial = Text(100)
    status = Choice(tuple(Status))


def _owner(work: Work, customer: UUID, site: UUID | None = None) -> UUID:
    """The customer's id, if they are there and the site is theirs."""
    owner = still_there(work, customer)
    if site is not None:
        must_have_site(work, owner, site)
    return owner.id


@equipment.creates(NewEquipment)
def create(body: Body) -> Response:
    """Register a machine."""
    who = asking()

    def make(id: UUID, work: Work) -> Equipment:
        if "customer" in body:
            _owner(work, body["customer"])
        return Equipment.register(id=id, **body)

    return office.create(who, Equipment, body, make)


@equipment.command("install", Place)
def install(body: Body, id: UUID) -> Response:
    """Say at which site it stands and whose it is."""
    who = asking()

    def decide(machine: Equipment, work: Work) -> None:
        _owner(work, **body)
        machine.install(**body)

    return office.change(who, Equipment, id, body, decide)


@equipment.command("set-warranty", Warranty)
def set_warranty(body: Body, id: UUID) -> Response:
    """Say which terms hold from a day until another; earlier warranties stay."""
    who = asking()
    return office.change(who, Equipment, id, body, lambda machine, _: machine.set_warranty(**body))


@equipment.command("move", Move)
def move(body: Body, id: UUID) -> Response:
    """Say that it stands at another site of the same owner."""
    who = asking()

    def decide(machine: Equipment, work: Work) -> None:
        if machine.customer is not None:
            _owner(work, machine.customer, body["site"])
        machine.move(**body)

    return office.change(who, Equipment, id, body, decide)


@equipment.command("change-owner", Owner)
def change_owner(body: Body, id: UUID) -> Response:
    """Say that it is somebody else's now."""
    who = asking()
    return office.change(
        who, Equipment, id, body, lambda machine, work: machine.change_owner(_owner(work, body["customer"]))
    )


@equipment.command("retire", Retirement)
def retire(body: Body, id: UUID) -> Response:
    """Take it out of use for good."""
    who = asking()
    return office.change(who, Equipment, id, body, lambda machine, _: machine.retire(**body))


@equipment.lists(view.EQUIPMENT, Filters)
def register(query: dict[str, Any]) -> Response:
    """All machines, by id."""
    asking()
    with looking(query, view.EquipmentView(), *merged(query)) as reader:
        rows = view.equipment(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("id",))


@equipment.shows(view.EQUIPMENT)
def machine(query: dict[str, Any], id: UUID) -> Response:
    """One machine."""
    asking()
    with looking(query, view.EquipmentView()) as reader:
        return one(reader, view.one_equipment(reader, id), own=False)


@equipment.lists(story.TIMELINE, Page, path="/<uuid:id>/history")
def history(query: dict[str, Any], id: UUID) -> Response:
    """Everything that happened to it, its repairs included."""
    asking()
    with looking(query, view.EquipmentView(), WorkOrders(), story.Timeline()) as reader:
        if view.one_equipment(reader, id) is None:
            raise NotFound
        rows = story.equipment_timeline(reader, id, **paged(query))
        return page(reader, query, rows, key=("occurred_at", "position"))
