"""The status of a visit follows from its facts and decisions, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.care.customer import Customer
from domain.work.visit import Visit
from projections.engine.table import Row
from projections.work.visit_queries import visit, visits
from projections.work.visit_row import VISITS
from projections.work.visits import Visits
from projections.work.work_orders import WorkOrders
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.projected_log import ProjectedLog, projected_log_on
from tests.support.visits import ANNA, BEN, CUSTOMER, EVENING, MORNING, NOON, ORDER, planned


@pytest.fixture
def views() -> ViewsInMemory:
    return ViewsInMemory(Visits())


@pytest.fixture
def projected(database: str) -> Iterator[ProjectedLog]:
    with projected_log_on(database, Visits(), WorkOrders()) as made:
        yield made


def shown(views: ViewsInMemory, it: Visit) -> Row:
    return views.row(VISITS, it.id)


def act_and_record(views: ViewsInMemory, it: Visit, after: float, act: str, *args: Any, **more: Any) -> None:
    getattr(it, act)(*args, **more)
    views.record(it, at=later(after))


def dispatched(views: ViewsInMemory) -> Visit:
    it = planned()
    views.record(it)
    act_and_record(views, it, 1, "dispatch", ANNA)
    return it


def test_a_visit_goes_from_planned_to_done_with_the_time_of_each_step(views: ViewsInMemory) -> None:
    it, seen = planned(), []
    for minutes, act in enumerate(
        ("dispatch", "record_accepted", "record_travel_started", "record_arrived", "record_paused", "record_resumed"), 1
    ):
        act_and_record(views, it, minutes, act, ANNA)
        seen.append(shown(views, it)["status"])
    act_and_record(views, it, 7, "record_done", ANNA)

    assert seen == ["dispatched", "accepted", "travelling", "on_site", "paused", "on_site"]
    row = shown(views, it)
    assert (row["status"], row["technician"], row["work_order"], row["customer"]) == ("done", ANNA, ORDER, CUSTOMER)
    times = [row[name] for name in ("dispatched_at", "accepted_at", "travel_started_at", "arrived_at", "ended_at")]
    assert times == [later(1), later(2), later(3), later(4), later(7)]


def test_steps_told_late_take_their_place(views: ViewsInMemory) -> None:
    it = dispatched(views)
    act_and_record(views, it, 30, "record_done", ANNA)
    act_and_record(views, it, 20, "record_arrived", ANNA)
    act_and_record(views, it, 10, "record_travel_started", ANNA)

    row = shown(views, it)
    assert (row["status"], row["travel_started_at"], row["arrived_at"]) == ("done", later(10), later(20))


def test_what_the_former_technician_tells_moves_nothing_and_stays(views: ViewsInMemory) -> None:
    it = dispatched(views)
    act_and_record(views, it, 10, "record_travel_started", ANNA)
    act_and_record(views, it, 20, "dispatch", BEN)
    act_and_record(views, it, 30, "record_arrived", ANNA)

    row = shown(views, it)
    assert (row["status"], row["technician"], row["travel_started_at"]) == ("dispatched", BEN, None)
    assert ("visit.arrived", str(ANNA)) in [(step["what"], step["technician"]) for step in row["steps"]]

    act_and_record(views, it, 40, "record_arrived", BEN)
    assert (shown(views, it)["status"], shown(views, it)["arrived_at"]) == ("on_site", later(40))


def test_a_visit_that_nobody_has_goes_to_whoever_accepts_it(views: ViewsInMemory) -> None:
    it = planned()
    act_and_record(views, it, 5, "record_accepted", BEN)

    assert (shown(views, it)["status"], shown(views, it)["technician"]) == ("accepted", BEN)

    act_and_record(views, it, 6, "decline", technician=BEN, reason="My van broke down.")
    assert (shown(views, it)["status"], shown(views, it)["technician"]) == ("planned", None)


def test_another_window_is_accepted_anew(views: ViewsInMemory) -> None:
    it = dispatched(views)
    act_and_record(views, it, 5, "record_accepted", ANNA)
    act_and_record(views, it, 6, "reschedule", window_start=NOON, window_end=EVENING)

    row = shown(views, it)
    assert (row["status"], row["window_start"], row["window_end"]) == ("dispatched", NOON, EVENING)


def test_a_visit_not_done_says_why_until_it_is_done_after_all(views: ViewsInMemory) -> None:
    it = dispatched(views)
    act_and_record(views, it, 10, "record_not_done", "no_access", technician=ANNA, note="Nobody opens.")
    row = shown(views, it)
    assert (row["status"], row["reason"], row["note"]) == ("not_done", "no_access", "Nobody opens.")

    act_and_record(views, it, 30, "record_done", ANNA)
    row = shown(views, it)
    assert (row["status"], row["reason"], row["note"], row["ended_at"]) == ("done", None, None, later(30))


def test_a_visit_that_was_done_before_it_was_cancelled_was_done(views: ViewsInMemory) -> None:
    it = dispatched(views)
    act_and_record(views, it, 20, "cancel", "The customer called.")
    assert (shown(views, it)["status"], shown(views, it)["note"]) == ("cancelled", "The customer called.")

    act_and_record(views, it, 10, "record_done", ANNA)
    assert (shown(views, it)["status"], shown(views, it)["ended_at"]) == ("done", later(10))


def test_a_step_that_was_taken_back_leaves_with_its_effect(views: ViewsInMemory) -> None:
    it, phone = dispatched(views), Phone(1, ANNA)
    it.record_travel_started(ANNA)
    phone.record(views, it, minutes=5)
    it.record_arrived(ANNA)
    wrong = phone.record(views, it, minutes=10)
    it.record_correction(operation=wrong, fact="visit.arrived", technician=ANNA)
    phone.record(views, it, minutes=11)

    row = shown(views, it)
    assert (row["status"], row["arrived_at"], row["taken_back"]) == ("travelling", None, [str(wrong)])


def test_an_erased_customer_leaves_no_word_on_their_visits(projected: ProjectedLog) -> None:
    customer = Customer.register(id=uuid4(), name="Kastanienbaum")
    it = Visit.plan(
        id=uuid4(), work_order=ORDER, customer=customer.id, window_start=MORNING, window_end=NOON, zone="Europe/Berlin"
    )
    it.dispatch(ANNA)
    it.record_signed(sha256="0" * 64, size=9, media_type="image/png", signer="Kastanienbaum", technician=ANNA)
    it.cancel("Kastanienbaum called")
    projected.record(customer, it)
    assert projected.contains("Kastanienbaum called")
    projected.check_rebuild()

    customer.erase()
    projected.erase(customer)

    assert not projected.contains("Kastanienbaum")
    projected.check_rebuild()


def test_visits_are_found_by_technician_order_status_and_window(projected: ProjectedLog) -> None:
    first, second = planned(ANNA), planned(BEN)
    second.reschedule(window_start=NOON, window_end=EVENING)
    projected.record(first, second)

    def found(**filters: Any) -> list[UUID]:
        return [row["id"] for row in visits(reader, limit=9, **filters)]

    with projected.seen() as reader:
        assert found() == [first.id, second.id]
        assert found(technician=BEN) == found(since=NOON) == [second.id]
        assert found(until=NOON) == [first.id]
        assert found(status="done") == []
        assert set(found(work_order=ORDER, status="planned")) == {first.id, second.id}
        assert found(after=(MORNING, first.id)) == [second.id]


def test_a_visit_is_missed_when_its_window_has_passed_and_nobody_came(projected: ProjectedLog) -> None:
    waiting, met, off = planned(ANNA), planned(ANNA), planned(ANNA)
    met.record_arrived(ANNA)
    off.cancel("The customer called.")
    projected.record(waiting, met, off, at=MORNING)

    with projected.seen() as reader:
        assert [row["id"] for row in visits(reader, limit=9, missed=True, at=EVENING)] == [waiting.id]
        assert visits(reader, limit=9, missed=True, at=NOON - timedelta(minutes=1)) == []
        seen = visit(reader, waiting.id, at=EVENING)
        assert seen is not None
        assert seen["missed"]
        assert visit(reader, uuid4()) is None
