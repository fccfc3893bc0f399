"""Technicians: who repairs, with which van, and the codes that make a phone their device."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from flask import Response

from api.http import office
from api.http.fields import Flag, Id, Text, Zone
from api.http.forgetting import forgotten
from api.http.noun import Noun
from api.http.order import Order
from api.http.reading import filters, looking, one, page, paged
from api.http.schemas import DONE, Body, Command, Creation, Page
from api.http.services import services
from api.http.who import asking
from domain.access.device import Device
from domain.access.user import User
from domain.kernel.aggregate import Entity
from domain.recording.unit_of_work import Work
from domain.stock.location import Location
from domain.work.technician import Technician, TechnicianIsDeactivated
from projections.work import technicians as view
from store.enrolment_code import code_of

technicians = Noun("technicians", "Technicians, their vans and the codes for their devices.")

CODE: Final[dict[str, Any]] = DONE | {
    "required": [*DONE["required"], "code", "expires_at"],
    "properties": DONE["properties"]
    | {
        "code": {"type": "string", "description": "Good for one device, once."},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}


class NewTechnician(Creation):
    """Somebody who goes to customers."""

    name = Text(200, required=True)
    zone = Zone(metadata={"description": "The IANA zone in which they work; the company's unless given."})
    language = Text(35, load_default="en")
    user = Id(load_default=None, metadata={"description": "Their login for the office, if any."})


class Change(Command):
    """What is given is changed, the rest stays."""

    name = Text(200, load_default=None)
    language = Text(35, load_default=None)
    user = Id(load_default=None)


class Van(Command):
    """The van's location."""

    location = Id(required=True)


class Filters(Page):
    """Which technicians."""

    active = Flag()
    user = Id()


@technicians.creates(NewTechnician)
def create(body: Body) -> Response:
    """Register a technician."""
    who = asking()

    def make(id: UUID, work: Work) -> Technician:
        if body["user"] is not None:
            work.get(User, body["user"])
        return Technician.register(id=id, zone=body.zone or services().settings.zone, **body)

    return office.create(who, Technician, body, make)


@technicians.command("change", Change)
def change(body: Body, id: UUID) -> Response:
    """Change a technician's name, zone, language or user."""
    who = asking()

    def decide(technician: Technician, work: Work) -> None:
        if body["user"] is not None:
            work.get(User, body["user"])
        technician.change(zone=body.zone, **body)

    return office.change(who, Technician, id, body, decide)


@technicians.command("assign-van", Van)
def assign_van(body: Body, id: UUID) -> Response:
    """Say which van is theirs, and hand it into their custody."""
    who = asking()

    def decide(technician: Technician, work: Work) -> Iterable[Entity]:
        van = work.get(Location, body["location"])
        technician.assign_van(van.id)
        van.take_custody(technician.id)
        return (van,)

    return office.change(who, Technician, id, body, decide)


@technicians.command("deactivate")
def deactivate(body: Body, id: UUID) -> Response:
    """Give them no more work: no code lets a device in, and those they have hand in what they hold and read nothing."""
    who = asking()
    return office.change(who, Technician, id, body, lambda technician, _: technician.deactivate())


@technicians.command("erase")
def erase(body: Body, id: UUID) -> Response:
    """Forget a technician for good: their name, and words about nobody else that they wrote.

    They get no more work, and their devices are revoked and told to hand in what they hold and to erase themselves.
    What they did stays on record under their id.
    """
    who = asking()

    def decide(technician: Technician, work: Work) -> list[Device]:
        technician.erase()
        # One whose enrolment was cut off has a row and no event: it never got in.
        found = [work.find(Device, id) for id in services().standings.devices_of(technician.id)]
        theirs = [device for device in found if device is not None]
        for device in theirs:
            device.revoke(reason="retired", wipe=True)
        return theirs

    return forgotten(office.change(who, Technician, id, body, decide))


@technicians.command("reactivate")
def reactivate(body: Body, id: UUID) -> Response:
    """Let them work again; their devices are trusted as they were before."""
    who = asking()
    return office.change(who, Technician, id, body, lambda technician, _: technician.reactivate())


@technicians.opens("POST", "/<uuid:id>/enrolments", Command, 201, CODE)
def enrolments(body: Body, id: UUID) -> Response:
    """A one-time code that makes a phone this technician's device, good for a day."""
    order = Order(asking(), body)
    # Derived and not stored: the same request gives the same code, and no table or log can give it away.
    secrets = services().access.secrets.accepted("enrolment-codes")
    seed = services().devices.seed_of(hmac.digest(each, order.operation.bytes, "sha256") for each in secrets)

    def decide(work: Work) -> office.Decided:
        technician = work.get(Technician, id)
        if not technician.is_active():
            raise TechnicianIsDeactivated
        _, expires_at = services().devices.issue_code(id, seed)
        return office.Decided(technician, (), {"expires_at": expires_at})

    return office.carry_out(order, decide, 201, unkept=lambda: {"code": code_of(seed)})


@technicians.lists(view.TECHNICIANS, Filters)
def registered(query: dict[str, Any]) -> Response:
    """The technicians."""
    asking()
    with looking(query, view.Technicians()) as reader:
        rows = view.technicians(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("id",))


@technicians.shows(view.TECHNICIANS)
def technician(query: dict[str, Any], id: UUID) -> Response:
    """One technician."""
    asking()
    with looking(query, view.Technicians()) as reader:
        return one(reader, view.technician(reader, id))
