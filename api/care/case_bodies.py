"""What is sent about cases, and which of them are asked for."""

from __future__ import annotations

from typing import get_args

from api.http.fields import Choice, Id, Instant, Text
from api.http.schemas import Command, Creation, Page
from domain.care.case_codes import Basis, Outcome, Topic, WaitingOn
from domain.care.case_status import Status
from domain.kernel.bounds import Kind
from domain.kernel.priority import Priority


class NewCase(Creation):
    """A new concern of a customer; `contact` is the one in which they first told about it."""

    customer = Id(required=True)
    topic = Choice(get_args(Topic), required=True)
    priority = Choice(get_args(Priority), load_default="normal")
    first_contact_at = Instant(Kind.HAPPENED)
    contact = Id()


class Waiting(Command):
    """Who or what it waits for."""

    on = Choice(get_args(WaitingOn), required=True)


class Resolution(Command):
    """What has been done, in words."""

    resolution = Text(4000)


class Again(Command):
    """The contact in which the customer said that it was not what they had asked for; a closed case needs one."""

    by_contact = Id()
    reason = Text(2000)


class Ending(Command):
    """What the customer says of it; `waiver` is why what is still open may stay open, in the name of who closes."""

    outcome = Choice(get_args(Outcome), required=True)
    basis = Choice(get_args(Basis), required=True)
    waiver = Text(2000)


class StayingCase(Command):
    """The case that goes on."""

    into = Id(required=True)


class Filters(Page):
    """Which cases."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    status = Choice(tuple(Status))
    topic = Choice(get_args(Topic))
    priority = Choice(get_args(Priority))
