"""The statuses of a visit, their order, and the refusals of decisions about one."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from domain.kernel.bad_input import bad_member
from domain.kernel.bounds import must_be_window
from domain.kernel.problem import Refused
from domain.kernel.walk import Step


class Status(StrEnum):
    """The status of a visit; done, not done and cancelled are final."""

    PLANNED = "planned"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SITE = "on_site"
    PAUSED = "paused"
    DONE = "done"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"


UNDER_WAY = frozenset({Status.TRAVELLING, Status.ON_SITE, Status.PAUSED})
OVER = frozenset({Status.DONE, Status.NOT_DONE, Status.CANCELLED})

_RANKS = {
    Status.PLANNED: 0,
    Status.DISPATCHED: 1,
    Status.ACCEPTED: 2,
    Status.TRAVELLING: 3,
    Status.ON_SITE: 4,
    Status.PAUSED: 4,
    Status.DONE: 5,
    Status.NOT_DONE: 5,
}


class VisitState:
    """The attributes of a visit that a snapshot stores."""

    work_order: UUID
    customer: UUID
    zone: str
    steps: dict[str, tuple[Step, ...]]


class VisitIsOver(Refused):
    """The visit is over; plan a new one."""


class VisitIsUnderWay(Refused):
    """The technician is on the way or on site already; cancel the visit or let them finish."""


class NotTheirVisit(Refused):
    """The visit is assigned to another technician."""


class PlanHasChanged(Refused):
    """The visit was rescheduled or reassigned; read the new plan, and decline that one if necessary."""


def further(now: Status, reported: Status) -> Status:
    """The status after a fact, which may arrive late: the status is never set back, and done is final."""
    if now == Status.CANCELLED:
        return reported if reported in OVER else now
    return reported if _RANKS[reported] >= _RANKS[now] and now != Status.DONE else now


def window(start: datetime, end: datetime) -> dict[str, datetime]:
    """The fields of a window in UTC; raises `BadInput` unless both are aware and it ends within a year."""
    if start.tzinfo is None or end.tzinfo is None or end <= start:
        raise bad_member(
            "/window_end", "The window ends after it starts, and both are written with their offset from UTC."
        )
    must_be_window(start, end)
    return {"window_start": start.astimezone(UTC), "window_end": end.astimezone(UTC)}


def must_not_be_over(status: Status) -> None:
    """Raise `VisitIsOver` after the end of a visit."""
    if status in OVER:
        raise VisitIsOver


def must_not_have_begun(status: Status) -> None:
    """Raise `VisitIsOver` or `VisitIsUnderWay` once the technician is on the way."""
    must_not_be_over(status)
    if status in UNDER_WAY:
        raise VisitIsUnderWay
