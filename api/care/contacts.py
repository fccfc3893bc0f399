"""Contacts: interactions with customers, the reasons they give, and the confirmed causes."""

from __future__ import annotations

from typing import Any, cast, get_args
from uuid import UUID

from flask import Response

from api.care.merged import merged
from api.http.fields import Choice, Flag, Id, Instant, Many, Text, Whole
from api.http.key_filter import holder_of
from api.http.noun import Noun
from api.http.reading import filters, item_response, open_reader, page_arguments, page_response
from api.http.rows import api_row_or_none, api_rows, api_schema
from api.http.schemas import Body, Command, Creation, Page
from commands.care import contacts as commands
from commands.running.changed import Changed
from commands.running.context import CommandContext
from domain.care.contact import Channel, Contact, Demand, Direction, Receipt, Status
from domain.kernel.bounds import Kind
from domain.kernel.instant import now
from projections.care import contact_queries as queries
from projections.care import contacts as view

contacts = Noun("contacts", "Every interaction with a customer.")


class ContactReason(Command):
    """The reason for the contact in the customer's words."""

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
    """The case that the contact is about, and the earlier contact that it repeats."""

    case = Id(required=True)
    repeat_of = Id()


class Cause(Command):
    """The confirmed cause, how it is known, and the positions of the events that caused the contact."""

    demand = Choice(get_args(Demand), required=True)
    cause = Text(200, required=True)
    basis = Text(200, required=True)
    causing_events = Many(Whole(1), load_default=())


class Duplicate(Command):
    """The contact of which this one is a duplicate."""

    of = Id(required=True)


class Filters(Page):
    """Which contacts."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    case = Id()
    status = Choice(tuple(Status))
    channel = Choice(get_args(Channel))
    message_id = Text(998)
    needs_decision = Flag(metadata={"description": "About a case that was already closed, with no decision yet."})


@contacts.creates(Contact, NewContact)
def create_contact(context: CommandContext, body: Body, id: UUID) -> Contact:
    """Record a contact, with or without a customer; with a work order it is that order's customer."""
    receipt: dict[str, Any] = {"started_at": context.about.occurred_at or now(), "agent": context.by} | body
    reason = receipt.pop("reason", None)
    return commands.receive(context.work, id, cast("Receipt", receipt), reason=reason)


@contacts.command("set-reason", ContactReason)
def set_reason(context: CommandContext, body: Body, id: UUID) -> Contact:
    """Set the reason for the contact in the customer's words."""
    return commands.set_reason(context.work, id, **body)


@contacts.command("link", Link)
def link(context: CommandContext, body: Body, id: UUID) -> Changed:
    """Link the contact to a case; a contact without a customer becomes that customer's.

    Where that case is closed, the contact is listed with `needs_decision` until the case is reopened by it, it is
    linked to another case, or it is answered.
    """
    return commands.link(context.work, id, **body)


@contacts.command("confirm-cause", Cause)
def confirm_cause(context: CommandContext, body: Body, id: UUID) -> Contact:
    """Confirm the cause of the contact: a wish of the customer, or a failure of ours."""
    return commands.confirm_cause(context.work, id, **body)


@contacts.command("answer")
def answer(context: CommandContext, _: Body, id: UUID) -> Contact:
    """Mark the contact as answered."""
    return commands.answer(context.work, id)


@contacts.command("mark-duplicate", Duplicate)
def mark_duplicate(context: CommandContext, body: Body, id: UUID) -> Contact:
    """Mark the contact as a duplicate of another one."""
    return commands.mark_duplicate(context.work, id, **body)


@contacts.lists(api_schema(view.ContactRow), Filters)
def list_contacts(query: dict[str, Any]) -> Response:
    """All contacts, the newest first."""
    with open_reader(query, view.Contacts(), *merged(query)) as reader:
        holder = holder_of(query, "message_id", "message_id")
        rows = queries.contacts(reader, **page_arguments(query), **filters(query), holder=holder)
        return page_response(reader, query, api_rows(rows), key=("listed_at", "id"))


@contacts.shows(api_schema(view.ContactRow))
def show_contact(query: dict[str, Any], id: UUID) -> Response:
    """One contact."""
    with open_reader(query, view.Contacts()) as reader:
        return item_response(reader, api_row_or_none(queries.contact(reader, id)), own=False)
