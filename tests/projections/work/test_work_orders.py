"""A work order stands where its facts and decisions say, in the order in which they happened."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from domain.work.work_order import WorkOrder
from projections.engine.table import Row
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders
from tests.support.memory_events import News, Phone, later
from tests.support.stock import PART, VAN, used
from tests.support.visits import planned
from tests.support.work_orders import ANNA, BEN


@pytest.fixture
def news() -> News:
    return News(WorkOrders())


@pytest.fixture
def order(news: News) -> WorkOrder:
    opened = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4(), equipment=uuid4(), problem="It hums.")
    news.tell(opened)
    opened.assign(ANNA)
    news.tell(opened, at=later(1))
    return opened


def shown(news: News, order: WorkOrder) -> Row:
    return news.row(WORK_ORDERS, order.id)


def tell(news: News, order: WorkOrder, after: float, act: str, **said: Any) -> None:
    getattr(order, act)(**said)
    news.tell(order, at=later(after))


def test_an_order_goes_from_unscheduled_to_closed(news: News) -> None:
    order, seen = WorkOrder.open(id=uuid4(), number="W-1", customer=uuid4()), []
    for minutes, act, said in (
        (0, "record_note", {"text": "Ring twice."}),
        (1, "assign", {"technician": ANNA}),
        (2, "record_labour", {"minutes": 20, "kind": "travel"}),
        (3, "hold", {"reason": "parts"}),
        (4, "resume", {}),
        (5, "complete", {"fixed": "yes", "remedy": "pump"}),
        (6, "close", {}),
    ):
        tell(news, order, minutes, act, **said)
        seen.append(shown(news, order)["status"])

    assert seen == ["unscheduled", "scheduled", "in_progress", "on_hold", "in_progress", "completed", "closed"]
    row = shown(news, order)
    assert (row["started_at"], row["finished_at"], row["closed_at"]) == (later(2), later(5), later(6))
    assert (row["labour_minutes"], row["notes"][0]["text"]) == (20, "Ring twice.")
    assert row["version"] == order.version


def test_the_hold_says_why_as_long_as_it_lasts(news: News, order: WorkOrder) -> None:
    tell(news, order, 5, "hold", reason="access", note="Nobody opens.")
    assert (shown(news, order)["hold_reason"], shown(news, order)["hold_note"]) == ("access", "Nobody opens.")

    tell(news, order, 6, "resume")
    assert (shown(news, order)["hold_reason"], shown(news, order)["hold_note"]) == (None, None)


def test_travelling_arriving_and_using_a_part_begin_the_work(news: News, order: WorkOrder) -> None:
    visit = planned(ANNA)
    visit.work_order = order.id
    for act in ("record_travel_started", "record_arrived"):
        fresh = WorkOrder.open(id=uuid4(), number="W-2", customer=uuid4())
        visit = planned(ANNA)
        visit.work_order = fresh.id
        getattr(visit, act)(ANNA)
        news.tell(fresh, visit, at=later(10))
        assert shown(news, fresh)["status"] == "in_progress"

    news.tell(used(1, work_order=order.id), at=later(10))
    assert (shown(news, order)["status"], shown(news, order)["started_at"]) == ("in_progress", later(10))


def test_a_part_used_is_on_the_order_until_it_is_taken_back(news: News, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    use = used(2, work_order=order.id, technician=ANNA, lot="L7")
    phone.tell(news, use, minutes=10)

    [part] = shown(news, order)["parts_used"]
    assert (part["part"], part["quantity"], part["location"], part["lot"]) == (str(PART), "2", str(VAN), "L7")
    assert (part["device"], part["technician"], part["movement"]) == (str(phone.id), str(ANNA), str(use.id))

    back = use.reverse(id=uuid4(), reason="fact_corrected")
    phone.tell(news, back, minutes=11)
    assert (shown(news, order)["parts_used"], shown(news, order)["status"]) == ([], "scheduled")

    news.tell(back.reverse(id=uuid4(), reason="It was used after all."), at=later(12))
    assert len(shown(news, order)["parts_used"]) == 1


def test_work_told_late_does_not_undo_what_came_after_it(news: News, order: WorkOrder) -> None:
    tell(news, order, 30, "complete", fixed="yes")

    tell(news, order, 10, "record_labour", minutes=15, kind="work")

    row = shown(news, order)
    assert (row["status"], row["started_at"], row["finished_at"]) == ("completed", later(10), later(30))


def test_a_hold_that_did_not_know_of_the_completion_leaves_it_completed(news: News, order: WorkOrder) -> None:
    tell(news, order, 40, "hold", reason="parts")

    tell(news, order, 30, "record_completion", technician=ANNA, fixed="yes")

    assert shown(news, order)["status"] == "completed"


def test_a_completion_told_late_does_not_end_what_was_reopened_after_it(news: News, order: WorkOrder) -> None:
    tell(news, order, 20, "complete", fixed="no")
    tell(news, order, 50, "reopen", reason="It hums again.")

    tell(news, order, 30, "record_completion", technician=ANNA, fixed="yes")

    row = shown(news, order)
    assert (row["status"], row["finished_at"], len(row["completions"])) == ("scheduled", None, 2)


def test_a_decision_dated_back_still_follows_those_before_it(news: News, order: WorkOrder) -> None:
    tell(news, order, 50, "hold", reason="parts")

    tell(news, order, 10, "resume")

    assert shown(news, order)["status"] == "scheduled"


def test_closed_and_cancelled_are_final_whatever_is_told_afterwards(news: News, order: WorkOrder) -> None:
    tell(news, order, 20, "cancel", reason="The customer moved away.")

    tell(news, order, 90, "record_labour", minutes=15, kind="work")
    tell(news, order, 95, "record_completion", technician=ANNA, fixed="yes")

    row = shown(news, order)
    assert (row["status"], row["closed_at"], row["completions"]) == ("cancelled", later(20), [])
    assert [(told["outcome"], told["technician"]) for told in row["reported"]] == [("completed", str(ANNA))]


def test_all_completions_stay_with_who_told_them_when_and_on_which_device(news: News, order: WorkOrder) -> None:
    anna, ben = Phone(1, ANNA), Phone(2, BEN)
    order.record_completion(technician=ANNA, fixed="yes", remedy="pump")
    anna.tell(news, order, minutes=30)
    order.record_completion(technician=BEN, fixed="temporary")
    ben.tell(news, order, minutes=20)

    row = shown(news, order)
    said = [(told["technician"], told["device"], told["fixed"]) for told in (*row["completions"], *row["reported"])]
    assert said == [(str(ANNA), str(anna.id), "yes"), (str(BEN), str(ben.id), "temporary")]


def test_a_fact_that_was_taken_back_leaves_with_its_effect(news: News, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    order.record_labour(minutes=10, kind="work")
    phone.tell(news, order, minutes=5)
    order.record_completion(technician=ANNA, fixed="yes")
    wrong = phone.tell(news, order, minutes=10)
    order.record_correction(operation=wrong, fact="work_order.completed")
    phone.tell(news, order, minutes=11)

    row = shown(news, order)
    assert (row["status"], row["completions"], row["taken_back"]) == ("in_progress", [], [str(wrong)])


def test_a_fact_that_comes_after_it_was_taken_back_has_no_effect(news: News, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    held = phone.operation()
    order.record_correction(operation=held)
    news.tell(order, at=later(11), device=phone.id)
    order.record_note("Never mind.")
    phone.tell(news, order, minutes=10)

    assert shown(news, order)["notes"] == []


def test_the_diagnosis_is_the_last_one_that_stands(news: News, order: WorkOrder) -> None:
    phone = Phone(1, ANNA)
    for minutes, cause in ((20, "worn"), (10, "dirt")):
        order.record_diagnosis(problem="noise", cause=cause, remedy="replace", note="Loud.")
        last = phone.tell(news, order, minutes=minutes)
    assert shown(news, order)["diagnosis"]["cause"] == "worn"

    order.record_correction(operation=last)
    phone.tell(news, order, minutes=30)
    assert [each["cause"] for each in shown(news, order)["diagnoses"]] == ["worn"]
