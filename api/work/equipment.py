"""Equipment: machines with their sites, owners and warranties."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from api.care.merged import merged
from api.http.fields import Choice, Day, Id, Text
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.schemas import Body, Command, Creation, Page
from commands.running.context import CommandContext
from commands.work import equipment as commands
from domain.kernel.bounds import Kind
from domain.kernel.problem import NotFound
from domain.work.equipment import Equipment, Status
from projections.care import timeline as story
from projections.work import equipment as view
from projections.work.work_orders import WorkOrders

equipment = Noun("equipment", "The machines that are repaired.")


class NewEquipment(Creation):
    """A new machine, with its owner if it has one."""

    model = Text(200, required=True)
    serial = Text(100)
    customer = Id()


class Place(Command):
    """The site of the machine, and the customer who owns it."""

    site = Id(required=True)
    customer = Id(required=True)


class Warranty(Command):
    """Terms that are valid from one day until another, both included."""

    from_ = Day(Kind.FROM_DAY, required=True, data_key="from")
    until = Day(Kind.UNTIL_DAY, required=True)
    terms = Text(200, required=True)


class Move(Command):
    """Another site of the same owner."""

    site = Id(required=True)


class Owner(Command):
    """The new owner."""

    customer = Id(required=True)


class Retirement(Command):
    """The reason, as a code or as free text."""

    reason = Text(2000, required=True)


class Filters(Page):
    """Which machines."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    site = Id()
    serial = Text(100)
    status = Choice(tuple(Status))


@equipment.creates(Equipment, NewEquipment)
def create_equipment(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Register a machine."""
    return commands.register(context.work, id, **body)


@equipment.command("install", Place)
def install(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Set the machine's site and owner."""
    return commands.install(context.work, id, **body)


@equipment.command("set-warranty", Warranty)
def set_warranty(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Add a warranty from one day until another; earlier warranties stay."""
    return commands.set_warranty(context.work, id, **body)


@equipment.command("move", Move)
def move(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Move the machine to another site of the same owner."""
    return commands.move(context.work, id, **body)


@equipment.command("change-owner", Owner)
def change_owner(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Change the owner of the machine."""
    return commands.change_owner(context.work, id, **body)


@equipment.command("retire", Retirement)
def retire(context: CommandContext, body: Body, id: UUID) -> Equipment:
    """Retire the machine; this is final."""
    return commands.retire(context.work, id, **body)


@equipment.lists(view.EquipmentRow, Filters)
def list_equipment(query: dict[str, Any]) -> Response:
    """All machines, by id."""
    with open_reader(query, view.EquipmentView(), *merged(query)) as reader:
        rows = view.equipment(reader, **page_arguments(query), **filters(query))
        return page_response(reader, query, rows, key=("id",))


@equipment.shows(view.EquipmentRow)
def show_equipment(query: dict[str, Any], id: UUID) -> Response:
    """One machine."""
    with open_reader(query, view.EquipmentView()) as reader:
        return item_response(reader, view.one_equipment(reader, id), own=False)


@equipment.lists(story.TimelineRow, Page, path="/<uuid:id>/history")
def list_equipment_history(query: dict[str, Any], id: UUID) -> Response:
    """All events of the machine, with those of its repairs, by when they happened."""
    with open_reader(query, view.EquipmentView(), WorkOrders(), story.Timeline()) as reader:
        if view.one_equipment(reader, id) is None:
            raise NotFound
        rows = story.equipment_timeline(reader, id, **page_arguments(query))
        return page_response(reader, query, rows, key=("occurred_at", "position"))
