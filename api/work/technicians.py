"""Technicians: who repairs, with which van, and the codes that make a phone their device."""

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
    """Say which van is theirs, and hand it into their custody."""
    return commands.assign_van(context.work, id, **body)


@technicians.command("deactivate")
def deactivate(context: CommandContext, _: Body, id: UUID) -> Technician:
    """Give them no more work: no code lets a device in, and those they have hand in what they hold and read nothing."""
    return commands.deactivate(context.work, id)


@technicians.command("erase", after=finish_erasure)
def erase(context: CommandContext, _: Body, id: UUID) -> Changed:
    """Forget a technician for good: their name, and words about nobody else that they wrote.

    They get no more work, and their devices are revoked and told to hand in what they hold and to erase themselves.
    What they did stays on record under their id.
    """
    return commands.erase(context.work, id, devices=services().standings.devices_of(id))


@technicians.command("reactivate")
def reactivate(context: CommandContext, _: Body, id: UUID) -> Technician:
    """Let them work again; their devices are trusted as they were before."""
    return commands.reactivate(context.work, id)


@technicians.opens("POST", "/<uuid:id>/enrolments", Command, 201, CODE)
def create_enrolment(body: Body, id: UUID) -> Response:
    """A one-time code that makes a phone this technician's device, good for a day."""
    request = request_of(body)
    # Derived and not stored: the same request gives the same code, and no table or log can give it away.
    secrets = services().access.secrets.accepted("enrolment-codes")
    seed = services().devices.codes.seed_of(hmac.digest(each, request.operation.bytes, "sha256") for each in secrets)
    issue = partial(commands.issue_code, id=id, seed=seed, codes=services().devices.codes)
    reply = services().runner.run(request, lambda context: issue(context.work), status=201)
    return command_response(reply, {"code": code_of(seed)})


@technicians.lists(view.TECHNICIANS, Filters)
def list_technicians(query: dict[str, Any]) -> Response:
    """The technicians."""
    with open_reader(query, view.Technicians()) as reader:
        rows = view.technicians(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("id",))


@technicians.shows(view.TECHNICIANS)
def show_technician(query: dict[str, Any], id: UUID) -> Response:
    """One technician."""
    with open_reader(query, view.Technicians()) as reader:
        return item_response(reader, view.technician(reader, id))
