"""What is sent to change work orders, and which of them are asked for."""

from __future__ import annotations

from typing import get_args

from api.http.fields import Choice, Id, Quantity, Text, Whole
from api.http.schemas import Command, Creation, Page
from domain.kernel.priority import Priority
from domain.work.work_order_events import Fixed, HoldReason, LabourKind
from domain.work.work_order_status import Status
from projections.engine.fact_pages import ORDER_LISTS

MOST_MINUTES = 7 * 24 * 60


class NewWorkOrder(Creation):
    """A repair to be done; the customer is the case's where a case is named. A number is given unless it has one."""

    number = Text(40)
    customer = Id()
    case = Id()
    site = Id()
    equipment = Id()
    priority = Choice(get_args(Priority), load_default="normal")
    problem = Text(8000)


class Assignment(Command):
    """Whose it is."""

    technician = Id(required=True)


class RequiredPart(Command):
    """What the repair needs, in the part's unit."""

    part = Id(required=True)
    quantity = Quantity(required=True)
    why = Text(2000)


class Diagnosis(Command):
    """Codes for what was found, and a note."""

    problem = Text(200, required=True)
    cause = Text(200, required=True)
    remedy = Text(200, required=True)
    note = Text(8000)


class Hold(Command):
    """What it waits for."""

    reason = Choice(get_args(HoldReason), required=True)
    note = Text(8000)


class Labour(Command):
    """Whole minutes that somebody spent."""

    minutes = Whole(0, MOST_MINUTES, required=True)
    kind = Choice(get_args(LabourKind), required=True)
    technician = Id()


class Completion(Command):
    """What came of it, and who did it if not the assigned technician."""

    fixed = Choice(get_args(Fixed), required=True)
    remedy = Text(200)
    technician = Id()


class OrderFailure(Command):
    """A code of why it cannot be done, or the reason in words."""

    reason = Text(8000, required=True)
    technician = Id()


class OrderReason(Command):
    """Why, in words."""

    reason = Text(8000, required=True)


class Note(Command):
    """Something to remember."""

    text = Text(8000, required=True)


class Filters(Page):
    """Which work orders."""

    external_ref = Text(200, metadata={"description": "Its id or number in another system."})
    status = Choice(tuple(Status))
    technician = Id()
    customer = Id()
    case = Id()
    equipment = Id()
    site = Id()
    number = Text(40)


class Facts(Page):
    """Which list of the order's facts."""

    list = Choice(ORDER_LISTS, required=True)
