"""Locations that parts move from and to, and the custody of vans."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from flask import Response

from api.http.fields import Choice, Flag, Id, Text, Zone
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Creation, Page
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.stock import locations as commands
from domain.stock.location import Location, LocationKind
from projections.stock import locations as view

locations = Noun("locations", "The places that parts move from and to.")


class NewLocation(Creation):
    """A location; one of kind `site` names the customer's site at which it is."""

    kind = Choice(get_args(LocationKind), required=True)
    name = Text(200, required=True)
    site = Id()
    zone = Zone(
        metadata={"description": "Its own IANA zone; else its site's, or that of the technician who has the van."}
    )


class Custody(Command):
    """The technician who takes custody of the van."""

    technician = Id(required=True)


class Filters(Page):
    """Which locations."""

    kind = Choice(get_args(LocationKind))
    custodian = Id()
    retired = Flag()


@locations.creates(Location, NewLocation)
def create_location(context: CommandContext, body: Body, id: UUID) -> Location:
    """Register a location; the virtual ones exist already."""
    return commands.register(context.work, id, zone=context.about.zone, **body)


@locations.command("take-custody", Custody)
def take_custody(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Give custody of a van to a technician, instead of the one who had it."""
    return commands.take_custody(context.work, id, **body)


@locations.command("retire")
def retire(context: CommandContext, _: Body, id: UUID) -> Location:
    """Retire a location; facts about it are still recorded."""
    return commands.retire(context.work, id)


@locations.lists(view.LocationRow, Filters)
def list_locations(query: dict[str, Any]) -> Response:
    """All locations, by id."""
    with open_reader(query, view.Locations()) as reader:
        rows = view.locations(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("id",))


@locations.shows(view.LocationRow)
def show_location(query: dict[str, Any], id: UUID) -> Response:
    """One location."""
    with open_reader(query, view.Locations()) as reader:
        return item_response(reader, view.location(reader, id))
