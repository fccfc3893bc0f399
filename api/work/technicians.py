"""Technicians: their details and vans, and enrolment codes for their devices."""

from __future__ import annotations

import hmac
from functools import partial
from typing import Any, Final
from uuid import UUID

from flask import Response

from api.http.command_route import command_response, request_of
from api.http.erasure import finish_erasure
from api.http.fields import Flag, Id, Text, Zone
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import DONE, Body, Command, Creation, Page
from api.http.services import services
from commands.running.changed import Changed
from commands.running.context import CommandContext
from commands.work import technicians as commands
from domain.work.technician import Technician
from projections.work import technicians as view
from store.enrolment_code import code_of

technicians = Noun("technicians", "Technicians, their vans and the codes for their devices.")

CODE: Final[dict[str, Any]] = DONE | {
    "required": [*DONE["required"], "code", "expires_at"],
    "properties": DONE["properties"]
    | {
        "code": {"type": "string", "description": "Valid once, for one device."},
        "expires_at": {"type": "string", "format": "date-time"},
    },
}


class NewTechnician(Creation):
    """A new technician."""

    name = Text(200, required=True)
    zone = Zone(metadata={"description": "The IANA zone in which they work; the company's unless given."})
    language = Text(35, load_default="en")
    user = Id(load_default=None, metadata={"description": "Their login for the office, if any."})


class Change(Command):
    """The details to change; the others stay."""

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


@technicians.creates(Technician, NewTechnician)
def create_technician(context: CommandContext, body: Body, id: UUID) -> Technician:
    """Register a technician."""
    return commands.register(context.work, id, zone=context.about.zone or context.zone, **body)


@technicians.command("change", Change)
def change(context: CommandContext, body: Body, id: UUID) -> Technician:
    """Change a technician's name, zone, language or user."""
    return commands.change(context.work, id, zone=context.about.zone, **body)


@technicians.command("assign-van", Van)
def assign_van(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Assign a van to the technician, and give them custody of it."""
    return commands.assign_van(context.work, id, **body)


@technicians.command("deactivate")
def deactivate(context: CommandContext, _: Body, id: UUID) -> Technician:
    """Deactivate the technician: no new work or devices; their devices may upload their outboxes and read nothing."""
    return commands.deactivate(context.work, id)


@technicians.command("erase", after=finish_erasure)
def erase(context: CommandContext, _: Body, id: UUID) -> Changed:
    """Erase a technician: their name, and texts they wrote that are about no other person.

    They get no more work. Their devices are revoked and must upload their outboxes and erase themselves. What the
    technician did stays on record under their id.
    """
    return commands.erase(context.work, id, devices=services().device_statuses.devices_of(id))


@technicians.command("reactivate")
def reactivate(context: CommandContext, _: Body, id: UUID) -> Technician:
    """Reactivate the technician; their devices are trusted as before."""
    return commands.reactivate(context.work, id)


@technicians.plain_route("POST", "/<uuid:id>/enrolments", Command, 201, CODE)
def create_enrolment(body: Body, id: UUID) -> Response:
    """A one-time code, valid for a day, that enrols a phone as this technician's device."""
    request = request_of(body)
    # Derived from the request and not stored: the same request gives the same code, which is in no table or log.
    secrets = services().access.secrets.accepted("enrolment-codes")
    seed = services().devices.codes.seed_of(hmac.digest(each, request.operation.bytes, "sha256") for each in secrets)
    issue = partial(commands.issue_code, id=id, seed=seed, codes=services().devices.codes)
    reply = services().runner.run(request, lambda context: issue(context.work), status=201)
    return command_response(reply, {"code": code_of(seed)})


@technicians.lists(view.TechnicianRow, Filters)
def list_technicians(query: dict[str, Any]) -> Response:
    """The technicians."""
    with open_reader(query, view.Technicians()) as reader:
        rows = view.technicians(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("id",))


@technicians.shows(view.TechnicianRow)
def show_technician(query: dict[str, Any], id: UUID) -> Response:
    """One technician."""
    with open_reader(query, view.Technicians()) as reader:
        return item_response(reader, view.technician(reader, id))
