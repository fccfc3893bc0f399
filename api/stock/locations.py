"""Locations: the places that parts move from and to, and who has which van."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http import office
from api.http.belonging import must_be_a_site
from api.http.fields import Choice, Flag, Id, Text, Zone
from api.http.noun import Noun
from api.http.reading import filters, looking, one, page, paged
from api.http.schemas import Body, Command, Creation, Page
from api.http.who import asking
from domain.recording.unit_of_work import Work
from domain.stock.location import Location, LocationKind
from domain.work.technician import Technician
from projections.stock import locations as view

locations = Noun("locations", "The places that parts move from and to.")


class NewLocation(Creation):
    """A place; one of kind `site` says at which customer's site it is."""

    kind = Choice(get_args(LocationKind), required=True)
    name = Text(200, required=True)
    site = Id()
    zone = Zone(metadata={"description": "Its own IANA zone; else its site's, or that of who has the van."})


class Custody(Command):
    """Who has the van from now on."""

    technician = Id(required=True)


class Filters(Page):
    """Which locations."""

    kind = Choice(get_args(LocationKind))
    custodian = Id()
    retired = Flag()


@locations.creates(NewLocation)
def create(body: Body) -> Response:
    """Register a place; those that only exist in the books need none."""
    who = asking()

    def make(id: UUID, _: Work) -> Location:
        if "site" in body:
            must_be_a_site(body["site"])
        return Location.register(id=id, zone=body.zone, **body)

    return office.create(who, Location, body, make)


@locations.command("take-custody", Custody)
def take_custody(body: Body, id: UUID) -> Response:
    """Hand a van over to a technician, from whoever had it."""
    who = asking()

    def decide(location: Location, work: Work) -> tuple[Technician]:
        technician = work.get(Technician, body["technician"])
        location.take_custody(technician.id)
        technician.assign_van(location.id)
        return (technician,)

    return office.change(who, Location, id, body, decide)


@locations.command("retire")
def retire(body: Body, id: UUID) -> Response:
    """Take a place out of use; what happens there all the same is still recorded."""
    who = asking()
    return office.change(who, Location, id, body, lambda location, _: location.retire())


@locations.lists(view.LOCATIONS, Filters)
def register(query: dict[str, Any]) -> Response:
    """All places, by id."""
    asking()
    with looking(query, view.Locations()) as reader:
        rows = view.locations(reader, **paged(query), **filters(query))
        return page(reader, query, rows, key=("id",))


@locations.shows(view.LOCATIONS)
def location(query: dict[str, Any], id: UUID) -> Response:
    """One place."""
    asking()
    with looking(query, view.Locations()) as reader:
        return one(reader, view.location(reader, id))
