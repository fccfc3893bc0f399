"""Bodies of the commands of cases, and the filters of their list."""

from __future__ import annotations

from typing import get_args

from api.http.fields import Choice, Id, Instant, Text
from api.http.schemas import Command, Creation, Page
from domain.care.case_codes import Basis, Outcome, Topic, WaitingOn
from domain.care.case_status import Status
from domain.kernel.bounds import Kind
from domain.kernel.priority import Priority


class NewCase(Creation):
    """A new case of a customer; `contact` is the one in which they first mentioned it."""

    customer = Id(required=True)
    topic = Choice(get_args(Topic), required=True)
    priority = Choice(get_args(Priority), load_default="normal")
    first_contact_at = Instant(Kind.HAPPENED)
    contact = Id()


class Waiting(Command):
    """Who or what the case waits for."""

    on = Choice(get_args(WaitingOn), required=True)


class Resolution(Command):
    """What has been done, as free text."""

    resolution = Text(4000)


class Again(Command):
    """The contact by which the case is reopened, and why; a closed case needs a contact."""

    by_contact = Id()
    reason = Text(2000)


class Ending(Command):
    """The outcome as the customer reports it; `waiver` is the reason why open items may stay open."""

    outcome = Choice(get_args(Outcome), required=True)
    basis = Choice(get_args(Basis), required=True)
    waiver = Text(2000)


class StayingCase(Command):
    """The case into which this one is merged."""

    into = Id(required=True)


class Filters(Page):
    """Which cases."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    customer = Id()
    status = Choice(tuple(Status))
    topic = Choice(get_args(Topic))
    priority = Choice(get_args(Priority))
