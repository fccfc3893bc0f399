"""What the office and the technician may decide about a visit, and when it is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from domain.kernel.problem import BadInput
from domain.work.visit import Visit
from domain.work.visit_status import NotTheirVisit, Status, VisitIsOver, VisitIsUnderWay
from tests.support.given_when_then import then
from tests.support.visits import (
    ANNA,
    BEN,
    CUSTOMER,
    EVENING,
    MORNING,
    NOON,
    ORDER,
    Act,
    accepted,
    cancelled,
    dispatched,
    done,
    moved,
    not_done,
    on_site,
    paused,
    planned,
    travelling,
    visit,
)


def test_a_visit_is_planned_within_a_window_for_a_work_order() -> None:
    it = planned()

    fields = {"work_order": ORDER, "customer": CUSTOMER, "zone": "Europe/Berlin"}
    assert then(it) == [("visit.planned", fields | {"window_start": MORNING, "window_end": NOON})]
    assert it.status == Status.PLANNED


@pytest.mark.parametrize("end", [MORNING, MORNING - timedelta(hours=1), datetime(2026, 11, 23, 12)])  # noqa: DTZ001
def test_a_window_ends_after_it_starts_and_is_aware(end: datetime) -> None:
    with pytest.raises(BadInput):
        Visit.plan(id=uuid4(), work_order=ORDER, customer=CUSTOMER, window_start=MORNING, window_end=end, zone="UTC")
    with pytest.raises(BadInput):
        visit().reschedule(window_start=MORNING, window_end=end)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", ""])
def test_a_visit_is_at_a_place_in_a_zone_that_exists(zone: str) -> None:
    with pytest.raises(BadInput):
        Visit.plan(id=uuid4(), work_order=ORDER, customer=CUSTOMER, window_start=MORNING, window_end=NOON, zone=zone)


def test_a_window_is_kept_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    it = visit()

    it.reschedule(window_start=MORNING.astimezone(berlin), window_end=NOON.astimezone(berlin))

    [(_, fields)] = then(it)
    assert fields["window_start"].tzinfo is UTC
    assert fields["window_start"] == MORNING


def test_dispatching_names_who_had_the_visit_before() -> None:
    it = visit(dispatched)

    it.dispatch(BEN)

    assert then(it) == [("visit.dispatched", {"work_order": ORDER, "technician": BEN, "previous": ANNA})]
    assert it.assigned_to(BEN)


def test_dispatching_the_same_technician_again_changes_nothing() -> None:
    it = visit(dispatched, accepted)

    it.dispatch(ANNA)

    assert then(it) == []


def test_a_planned_visit_is_dispatched_to_the_technician_it_was_planned_for() -> None:
    it = planned(ANNA)

    it.dispatch(ANNA)

    assert it.status == Status.DISPATCHED


@pytest.mark.parametrize("begin", [travelling, on_site, paused])
def test_a_visit_under_way_can_go_to_somebody_else_who_begins_anew(begin: Act) -> None:
    it = visit(dispatched, begin)

    it.dispatch(BEN)

    assert it.status == Status.DISPATCHED


def test_a_declined_visit_waits_for_somebody_else() -> None:
    it = visit(dispatched)

    it.decline(technician=ANNA, reason="Back ache.")

    assert then(it) == [("visit.declined", {"work_order": ORDER, "technician": ANNA, "reason": "Back ache."})]
    assert it.status == Status.PLANNED
    assert not it.assigned_to(ANNA)


def test_nobody_declines_the_visit_of_another() -> None:
    with pytest.raises(NotTheirVisit):
        visit(dispatched).decline(technician=BEN)


def test_a_moved_visit_is_accepted_anew() -> None:
    it = visit(dispatched, accepted)

    moved(it)

    fields = {"work_order": ORDER, "zone": "Europe/Berlin"}
    assert then(it) == [("visit.rescheduled", fields | {"window_start": NOON, "window_end": EVENING})]
    assert it.status == Status.DISPATCHED


def test_a_cancelled_visit_says_why() -> None:
    it = visit(dispatched)

    it.cancel("The customer is ill.")

    fields = {"work_order": ORDER, "customer": CUSTOMER, "reason": "The customer is ill."}
    assert then(it) == [("visit.cancelled", fields)]
    assert it.is_over()


@pytest.mark.parametrize("begin", [travelling, on_site, paused])
def test_a_visit_under_way_is_neither_moved_nor_declined(begin: Act) -> None:
    it = visit(dispatched, begin)

    with pytest.raises(VisitIsUnderWay):
        moved(it)
    with pytest.raises(VisitIsUnderWay):
        it.decline(technician=ANNA)


@pytest.mark.parametrize("decide", [dispatched, lambda it: it.decline(technician=ANNA), moved, cancelled])
@pytest.mark.parametrize("end", [done, not_done, cancelled])
def test_a_visit_that_is_over_takes_no_decision(end: Act, decide: Act) -> None:
    it = visit(dispatched, end)

    with pytest.raises(VisitIsOver):
        decide(it)

    assert then(it) == []
