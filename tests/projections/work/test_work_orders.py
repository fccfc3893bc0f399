"""The status of a work order follows from its facts and decisions, in the order in which they happened."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from projections.engine.table import Row
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders
from tests.support.memory_events import Phone, ViewsInMemory, later
from tests.support.stock import PART, VAN, used
from tests.support.visits import planned
from tests.support.work_orders import ANNA, BEN


@pytest.fixture
def views() -> ViewsInMemory:
    return ViewsInMemory(WorkOrders())


@pytest.fixture
def order(views: ViewsInMemory) -> WorkOrder:
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), equipment=uuid4(), problem="It hums.")
    views.record(opened)
    opened.assign(ANNA)
    views.record(opened, at=later(1))
    return opened


def shown(views: ViewsInMemory, order: WorkOrder) -> Row:
    return views.row(WORK_ORDERS, order.id)


def act_and_record(views: ViewsInMemory, order: WorkOrder, after: float, act: str, **fields: Any) -> None:
    getattr(order, act)(**fields)
    views.record(order, at=later(after))


def test_an_order_goes_from_unscheduled_to_closed(views: ViewsInMemory) -> None:
    order, seen = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4()), []
    for minutes, act, fields in (
        (0, "record_note", {"text": "Ring twice."}),
        (1, "assign", {"technician": ANNA}),
        (2, "record_labour", {"minutes": 20, "kind": "travel"}),
        (3, "hold", {"reason": "parts"}),
        (4, "resume", {}),
        (5, "complete", {"fixed": "yes", "remedy": "pump"}),
        (6, "close", {}),
    ):
        act_and_record(views, order, minutes, act, **fields)
        seen.append(shown(views, order)["status"])

    assert seen == ["unscheduled", "scheduled", "in_progress", "on_hold", "in_progress", "completed", "closed"]
    row = shown(views, order)
    assert (row["started_at"], row["finished_at"], row["closed_at"]) == (later(2), later(5), later(6))
    assert (row["labour_minutes"], row["notes"][0]["text"]) == (20, "Ring twice.")
    assert row["version"] == order.version


def test_the_hold_says_why_as_long_as_it_lasts(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 5, "hold", reason="access", note="Nobody opens.")
    assert (shown(views, order)["hold_reason"], shown(views, order)["hold_note"]) == ("access", "Nobody opens.")

    act_and_record(views, order, 6, "resume")
    assert (shown(views, order)["hold_reason"], shown(views, order)["hold_note"]) == (None, None)


def test_travelling_arriving_and_using_a_part_begin_the_work(views: ViewsInMemory, order: WorkOrder) -> None:
    visit = planned(ANNA)
    visit.work_order = order.id
    for act in ("record_travel_started", "record_arrived"):
        fresh = WorkOrder.open(id=uuid4(), number="W-2", customer=uuid4())
        visit = planned(ANNA)
        visit.work_order = fresh.id
        getattr(visit, act)(ANNA)
        views.record(fresh, visit, at=later(10))
        assert shown(views, fresh)["status"] == "in_progress"

    views.record(used(1, work_order=order.id), at=later(10))
    assert (shown(views, order)["status"], shown(views, order)["started_at"]) == ("in_progress", later(10))


def test_a_part_used_is_on_the_order_until_it_is_taken_back(views: ViewsInMemory, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    use = used(2, work_order=order.id, technician=ANNA, lot="L7")
    phone.record(views, use, minutes=10)

    [part] = shown(views, order)["parts_used"]
    assert (part["part"], part["quantity"], part["location"], part["lot"]) == (str(PART), "2", str(VAN), "L7")
    assert (part["device"], part["technician"], part["movement"]) == (str(phone.id), str(ANNA), str(use.id))

    back = use.reverse(id=uuid4(), reason="fact_corrected")
    phone.record(views, back, minutes=11)
    assert (shown(views, order)["parts_used"], shown(views, order)["status"]) == ([], "scheduled")

    views.record(back.reverse(id=uuid4(), reason="It was used after all."), at=later(12))
    assert len(shown(views, order)["parts_used"]) == 1


def test_work_told_late_does_not_undo_what_came_after_it(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 30, "complete", fixed="yes")

    act_and_record(views, order, 10, "record_labour", minutes=15, kind="work")

    row = shown(views, order)
    assert (row["status"], row["started_at"], row["finished_at"]) == ("completed", later(10), later(30))


def test_a_hold_that_did_not_know_of_the_completion_leaves_it_completed(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 40, "hold", reason="parts")

    act_and_record(views, order, 30, "record_completion", technician=ANNA, fixed="yes")

    assert shown(views, order)["status"] == "completed"


def test_a_completion_told_late_does_not_end_what_was_reopened_after_it(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 20, "complete", fixed="no")
    act_and_record(views, order, 50, "reopen", reason="It hums again.")

    act_and_record(views, order, 30, "record_completion", technician=ANNA, fixed="yes")

    row = shown(views, order)
    assert (row["status"], row["finished_at"], len(row["completions"])) == ("scheduled", None, 2)


def test_a_decision_dated_back_still_follows_those_before_it(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 50, "hold", reason="parts")

    act_and_record(views, order, 10, "resume")

    assert shown(views, order)["status"] == "scheduled"


def test_closed_and_cancelled_are_final_whatever_is_told_afterwards(views: ViewsInMemory, order: WorkOrder) -> None:
    act_and_record(views, order, 20, "cancel", reason="The customer moved away.")

    act_and_record(views, order, 90, "record_labour", minutes=15, kind="work")
    act_and_record(views, order, 95, "record_completion", technician=ANNA, fixed="yes")

    row = shown(views, order)
    assert (row["status"], row["closed_at"], row["completions"]) == ("cancelled", later(20), [])
    assert [(fact["outcome"], fact["technician"]) for fact in row["reported"]] == [("completed", str(ANNA))]


def test_all_completions_stay_with_who_told_them_when_and_on_which_device(
    views: ViewsInMemory, order: WorkOrder
) -> None:
    anna, ben = Phone(1, ANNA), Phone(2, BEN)
    order.record_completion(technician=ANNA, fixed="yes", remedy="pump")
    anna.record(views, order, minutes=30)
    order.record_completion(technician=BEN, fixed="temporary")
    ben.record(views, order, minutes=20)

    row = shown(views, order)
    fields = [(fact["technician"], fact["device"], fact["fixed"]) for fact in (*row["completions"], *row["reported"])]
    assert fields == [(str(ANNA), str(anna.id), "yes"), (str(BEN), str(ben.id), "temporary")]


def test_a_fact_that_was_taken_back_leaves_with_its_effect(views: ViewsInMemory, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    order.record_labour(minutes=10, kind="work")
    phone.record(views, order, minutes=5)
    order.record_completion(technician=ANNA, fixed="yes")
    wrong = phone.record(views, order, minutes=10)
    order.record_correction(operation=wrong, fact="work_order.completed")
    phone.record(views, order, minutes=11)

    row = shown(views, order)
    assert (row["status"], row["completions"], row["taken_back"]) == ("in_progress", [], [str(wrong)])


def test_a_fact_that_comes_after_it_was_taken_back_has_no_effect(views: ViewsInMemory, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    held = phone.operation()
    order.record_correction(operation=held)
    views.record(order, at=later(11), device=phone.id)
    order.record_note("Never mind.")
    phone.record(views, order, minutes=10)

    assert shown(views, order)["notes"] == []


def test_the_diagnosis_is_the_last_one_that_stands(views: ViewsInMemory, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    for minutes, cause in ((20, "worn"), (10, "dirt")):
        order.record_diagnosis(problem="noise", cause=cause, remedy="replace", note="Loud.")
        last = phone.record(views, order, minutes=minutes)
    assert shown(views, order)["diagnosis"]["cause"] == "worn"

    order.record_correction(operation=last)
    phone.record(views, order, minutes=30)
    assert [each["cause"] for each in shown(views, order)["diagnoses"]] == ["worn"]
