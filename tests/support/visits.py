"""Visits in the statuses that tests need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from domain.work.visit import Visit
from tests.support.given_when_then import given

ORDER, CUSTOMER, ANNA, BEN = uuid4(), uuid4(), uuid4(), uuid4()
MORNING = datetime(2026, 11, 23, 7, tzinfo=UTC)
NOON = MORNING + timedelta(hours=4)
EVENING = MORNING + timedelta(hours=10)
Act = Callable[[Visit], object]


def planned(technician: UUID | None = None) -> Visit:
    return Visit.plan(
        id=uuid4(),
        work_order=ORDER,
        customer=CUSTOMER,
        technician=technician,
        window_start=MORNING,
        window_end=NOON,
        zone="Europe/Berlin",
    )


def visit(*acts: Act) -> Visit:
    return given(planned(), *acts)


def dispatched(it: Visit) -> None:
    it.dispatch(ANNA)


def accepted(it: Visit) -> None:
    it.record_accepted(ANNA)


def travelling(it: Visit) -> None:
    it.record_travel_started(ANNA)


def on_site(it: Visit) -> None:
    it.record_arrived(ANNA)


def paused(it: Visit) -> None:
    it.record_paused(ANNA)


def done(it: Visit) -> None:
    it.record_done(ANNA)


def not_done(it: Visit) -> None:
    it.record_not_done("no_access", technician=ANNA)


def cancelled(it: Visit) -> None:
    it.cancel("The customer is ill.")


def moved(it: Visit) -> None:
    it.reschedule(window_start=NOON, window_end=EVENING)
