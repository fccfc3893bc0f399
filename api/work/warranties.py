"""Warranties of a machine: list, withdrawal, and coverage on a day in the zone of its site."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from flask import Response

from api.http import fields
from api.http.encoding import json_response
from api.http.fields import Instant, Text, Whole
from api.http.reading import POSITION, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Page, Past
from api.http.services import services
from api.work.equipment import equipment
from commands.running.context import CommandContext
from commands.work import equipment as commands
from domain.kernel.bad_input import bad_member
from domain.kernel.bounds import Kind
from domain.kernel.instant import now
from domain.kernel.local_time import local_day
from domain.kernel.problem import NotFound
from domain.work.equipment import Equipment
from projections.care.customers import Customers
from projections.engine.shapes import Day
from projections.work import equipment as view
from projections.work import warranties

__all__ = ["equipment"]
"""The noun `equipment`, with these routes added."""


class Coverage(TypedDict):
    """Whether a machine is covered on a day, and by which warranties."""

    id: UUID
    on: Annotated[Day, "The requested day, at the place."]
    zone: Annotated[str, "The IANA zone of the place: of the site, else of the customer."]
    covered: bool
    warranty: Annotated[warranties.SetWarranty | None, "The terms that apply, the last ones set; null without any."]
    warranties: Annotated[list[warranties.SetWarranty], "All that are valid on the day, the last set first."]


class Withdrawal(Command):
    """The number of the warranty, the reason, and the first day of the withdrawal if it is not withdrawn as a whole."""

    number = Whole(1, required=True)
    reason = Text(2000, required=True)
    from_ = fields.Day(Kind.FROM_DAY, data_key="from")


class Covered(Past):
    """A day at the place, or an instant (such as that of the fault) whose day counts; today where neither is given."""

    on = fields.Day(metadata={"description": "The day at the place."})
    at = Instant(metadata={"description": "An instant: the day that it was at the place counts."})


@equipment.command("withdraw-warranty", Withdrawal)
def withdraw_warranty(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Withdraw a warranty, as a whole or from a day on; queries of the past still show what was known before."""
    return commands.withdraw_warranty(context.work, id, **body)


@equipment.shows(Coverage, Covered, path="/<uuid:id>/coverage")
def show_coverage(query: dict[str, Any], id: UUID) -> Response:
    """Whether a warranty is valid on a day in the zone of the machine's site; in the past, as it was known."""
    if "on" in query and "at" in query:
        raise bad_member("/at", "Ask for a day or for an instant, not for both.")
    with open_reader(query, view.EquipmentView(), Customers()) as reader:
        machine = view.one_equipment(reader, id)
        if machine is None:
            raise NotFound
        zone = warranties.zone_of(reader, machine["site"], machine["customer"]) or services().settings.zone
        day = query.get("on") or _day(query, zone)
        found = warranties.coverage(reader, id, day)
    body: Coverage = {
        "id": id,
        "on": day.isoformat(),
        "zone": zone,
        "covered": bool(found),
        "warranty": found[0] if found else None,
        "warranties": found,
    }
    return json_response(body, headers={POSITION: str(reader.position)})


def _day(query: dict[str, Any], zone: str) -> date:
    """The local day of `at`, else of `as_of`, else of now."""
    instant: datetime = query.get("at") or query.get("as_of") or now()
    return local_day(instant, zone)


@equipment.lists(warranties.SetWarranty, Page, path="/<uuid:id>/warranties")
def list_warranties(query: dict[str, Any], id: UUID) -> Response:
    """All warranties that were set, by number, withdrawn or not."""
    with open_reader(query, view.EquipmentView()) as reader:
        if view.one_equipment(reader, id) is None:
            raise NotFound
        return page_response(reader, query, warranties.warranties(reader, id, **page_arguments(query)), key=("number",))
