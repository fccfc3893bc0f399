"""Where a visit can stand, how far that is, and why a decision about one can be refused."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from domain.kernel.bad_input import bad_member
from domain.kernel.bounds import must_be_window
from domain.kernel.problem import Refused
from domain.kernel.walk import Step


class Status(StrEnum):
    """Where a visit stands; done, not done and cancelled are its ends."""

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

_HOW_FAR = {
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
    """What a snapshot keeps of a visit."""

    work_order: UUID
    customer: UUID
    zone: str
    steps: dict[str, tuple[Step, ...]]


class VisitIsOver(Refused):
    """The visit is over; plan a new one."""


class VisitIsUnderWay(Refused):
    """The technician is on the way or on site already; cancel the visit or let them finish."""


class NotTheirVisit(Refused):
    """The visit is somebody else's."""


class PlanHasChanged(Refused):
    """The visit has been moved or given anew since; read the new plan and decline that if need be."""


def further(now: Status, told: Status) -> Status:
    """The status after a fact, which may come late: it never takes a visit back, and a visit done was done."""
    if now == Status.CANCELLED:
        return told if told in OVER else now
    return told if _HOW_FAR[told] >= _HOW_FAR[now] and now != Status.DONE else now


def window(start: datetime, end: datetime) -> dict[str, datetime]:
    """The fields of a window in UTC; raises `BadInput` unless both are aware and it ends within a year."""
    if start.tzinfo is None or end.tzinfo is None or end <= start:
        raise bad_member(
            "/window_end", "The window ends after it starts, and both are written with their offset from UTC."
        )
    must_be_window(start, end)
    return {"window_start": start.astimezone(UTC), "window_end": end.astimezone(UTC)}


def must_not_be_over(status: Status) -> None:
    """Refuse what has no place after a visit."""
    if status in OVER:
        raise VisitIsOver


def must_not_have_begun(status: Status) -> None:
    """Refuse what has no place once somebody is on the way."""
    must_not_be_over(status)
    if status in UNDER_WAY:
        raise VisitIsUnderWay
