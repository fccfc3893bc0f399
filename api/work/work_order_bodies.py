"""Bodies of the commands of work orders, and the filters of their list."""

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
    """A new work order; with a case, the customer is the case's. A number is assigned when it is left out."""

    number = Text(40)
    customer = Id()
    case = Id()
    site = Id()
    equipment = Id()
    priority = Choice(get_args(Priority), load_default="normal")
    problem = Text(8000)


class Assignment(Command):
    """The technician who gets the work order."""

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
    """Why the work order is put on hold."""

    reason = Choice(get_args(HoldReason), required=True)
    note = Text(8000)


class Labour(Command):
    """Working time in whole minutes."""

    minutes = Whole(0, MOST_MINUTES, required=True)
    kind = Choice(get_args(LabourKind), required=True)
    technician = Id()


class Completion(Command):
    """The result, and the technician if not the assigned one."""

    fixed = Choice(get_args(Fixed), required=True)
    remedy = Text(200)
    technician = Id()


class OrderFailure(Command):
    """Why it cannot be done, as a code or as free text."""

    reason = Text(8000, required=True)
    technician = Id()


class OrderReason(Command):
    """The reason, as free text."""

    reason = Text(8000, required=True)


class Note(Command):
    """The text of a note."""

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
