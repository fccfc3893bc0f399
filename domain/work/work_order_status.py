"""The statuses of a work order, and the refusals of decisions about one."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from domain.kernel.problem import Refused
from domain.kernel.walk import Step

FAILURES = ("no_access", "no_part", "no_skill", "unsafe", "not_repairable", "customer_cancelled", "other")
"""Codes of why work cannot be done; anything else is kept as words."""


class Status(StrEnum):
    """The status of a work order; closed and cancelled are final."""

    UNSCHEDULED = "unscheduled"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CANNOT_COMPLETE = "cannot_complete"
    CLOSED = "closed"
    CANCELLED = "cancelled"


FINISHED = frozenset({Status.COMPLETED, Status.CANNOT_COMPLETE})
FINAL = frozenset({Status.CLOSED, Status.CANCELLED})


class WorkOrderState:
    """The attributes of a work order that a snapshot stores."""

    customer: UUID
    case: UUID | None
    equipment: UUID | None
    site: UUID | None
    technician: UUID | None
    steps: dict[str, tuple[Step, ...]]


class WorkOrderIsFinal(Refused):
    """A closed or cancelled work order takes no further decisions; open a new one."""


class WorkOrderIsFinished(Refused):
    """The work has been finished; reopen the work order if there is more to do."""


class NothingToClose(Refused):
    """Only a completed work order, or one that cannot be completed, can be closed."""


class OrderHasChanged(Refused):
    """The office has finished or reopened the work since you read it; read it again, then close it."""


class NotOnHold(Refused):
    """The work order is not on hold."""


class NotFinished(Refused):
    """Only a finished work order can be reopened."""


def open_status(*, begun: bool, assigned: bool) -> Status:
    """The status of an order without hold, outcome or end."""
    if begun:
        return Status.IN_PROGRESS
    return Status.SCHEDULED if assigned else Status.UNSCHEDULED


def must_not_be_final(status: Status) -> None:
    """Raise `WorkOrderIsFinal` for a closed or cancelled order."""
    if status in FINAL:
        raise WorkOrderIsFinal


def must_be_unfinished(status: Status) -> None:
    """Refuse decisions that are not possible once the work is finished."""
    must_not_be_final(status)
    if status in FINISHED:
        raise WorkOrderIsFinished


def must_be_finished(status: Status, refusal: type[Refused]) -> None:
    """Refuse decisions that are not possible before the work is finished."""
    must_not_be_final(status)
    if status not in FINISHED:
        raise refusal
