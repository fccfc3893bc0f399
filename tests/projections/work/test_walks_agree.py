"""Issue 9, 1: whatever the order in which facts arrive, the rules, the screens and the order in the world agree."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.envelope import Envelope
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from domain.work.work_order_status import Status
from projections.work.visit_row import VISITS
from projections.work.visits import Visits
from projections.work.work_order_row import WORK_ORDERS
from projections.work.work_orders import WorkOrders
from tests.simulation.memory_log import MemoryLog
from tests.support.logs import NOON
from tests.support.memory_events import ViewsInMemory

ANNA, BEN, DEVICE, EPOCH = UUID(int=1001), UUID(int=1002), UUID(int=1), UUID(int=9)
FACTS = ("complete", "fail", "labour")
MINUTES = st.integers(-90, 90)
TOLD = st.lists(st.tuples(st.sampled_from(FACTS), MINUTES), max_size=5)
DECIDED = st.lists(st.tuples(st.sampled_from(("complete", "reopen", "hold", "resume")), MINUTES), max_size=4)
STEPS = st.lists(st.tuples(st.sampled_from(("accepted", "travel_started", "arrived", "done")), MINUTES), max_size=6)
CHANGES = st.lists(st.tuples(st.sampled_from(("reschedule", "ben", "anna")), MINUTES), max_size=3)


class Both:
    """A log whose entities decide and whose events the views fold, one and the same."""

    def __init__(self, *views: Any) -> None:
        self.log = MemoryLog(EPOCH, lambda: NOON)
        self.views = ViewsInMemory(*views)
        self.operations = 0

    def begin(self, entity: Any) -> None:
        self._record(entity, Envelope(occurred_at=NOON - timedelta(days=1)))

    def office(self, kind: Any, minutes: int, event: Any, **fields: Any) -> None:
        """A decision as it was recorded, whatever the rules would say today."""
        entity = self.entity(kind)
        entity.trigger_event(event, **fields)
        self._record(entity, Envelope(occurred_at=at(minutes)))

    def phone(self, kind: Any, minutes: int, number: int, act: Any, seen: int | None = None) -> None:
        entity = self.entity(kind)
        act(entity)
        fields: dict[str, Any] = {"device": DEVICE, "operation_id": UUID(int=5000 + number), "seen_position": seen}
        self._record(entity, Envelope(occurred_at=at(minutes), **fields))

    def entity(self, kind: Any) -> Any:
        return self.log.work().get(kind, UUID(int=kind is Visit))

    def _record(self, entity: Any, envelope: Envelope) -> None:
        work = self.log.work()
        work.add(envelope, entity)
        work.commit()
        self.views.fold(self.log.events[self.views.position :])


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def an_order(reported: list[Any], decided: list[Any], arrival: Any) -> tuple[Status, str]:
    """How the order and the row stand; decisions keep their order, the facts of the phone arrive in any."""
    both = Both(WorkOrders())
    order = WorkOrder.open(id=UUID(int=0), number="W-1", customer=UUID(int=55))
    order.assign(ANNA)
    both.begin(order)
    facts: dict[str, Any] = {
        "complete": lambda it: it.record_completion(technician=ANNA, fixed="yes"),
        "fail": lambda it: it.record_cannot_complete(technician=ANNA, reason="no_part"),
        "labour": lambda it: it.record_labour(minutes=5, kind="work", technician=ANNA),
    }
    decisions: dict[str, Any] = {
        "complete": (WorkOrder.Completed, {"technician": ANNA, "remedy": None, "fixed": "yes"}),
        "reopen": (WorkOrder.Reopened, {"customer": UUID(int=55), "reason": None}),
        "hold": (WorkOrder.Held, {"customer": UUID(int=55), "reason": "parts"}),
        "resume": (WorkOrder.Resumed, {}),
    }
    for is_fact, number in arrival:
        what, minutes = (reported if is_fact else decided)[number]
        if is_fact:
            both.phone(WorkOrder, minutes, number, facts[what])
        else:
            event, fields = decisions[what]
            both.office(WorkOrder, minutes, event, **fields)
    return both.entity(WorkOrder).status, both.views.row(WORK_ORDERS, UUID(int=0))["status"]


def a_visit(reported: list[Any], changes: list[Any], arrival: Any) -> tuple[Any, Any]:
    both = Both(Visits())
    visit = Visit.plan(
        id=UUID(int=1),
        work_order=UUID(int=7),
        customer=UUID(int=55),
        technician=ANNA,
        window_start=NOON,
        window_end=at(60),
        zone="UTC",
    )
    both.begin(visit)
    for is_fact, number in arrival:
        what, minutes = (reported if is_fact else changes)[number]
        if is_fact:
            both.phone(Visit, minutes, number, lambda it, what=what: getattr(it, f"record_{what}")(ANNA))
        elif what == "reschedule":
            fields = {"window_start": at(600), "window_end": at(660), "zone": "UTC"}
            both.office(Visit, minutes, Visit.Rescheduled, work_order=UUID(int=7), **fields)
        else:
            who = ANNA if what == "anna" else BEN
            both.office(Visit, minutes, Visit.Dispatched, work_order=UUID(int=7), technician=who, previous=None)
    entity, row = both.entity(Visit), both.views.row(VISITS, UUID(int=1))
    return (entity.status, entity.technician), (row["status"], row["technician"])


def arrivals(facts: int, decisions: int) -> st.SearchStrategy[tuple[Any, ...]]:
    """Two orders of arrival: facts anywhere in any order, decisions in the order in which they were taken."""
    everything = [(True, number) for number in range(facts)] + [(False, number) for number in range(decisions)]

    def in_turn(order: list[Any]) -> list[Any]:
        taken = iter(range(decisions))
        return [one if one[0] else (False, next(taken)) for one in order]

    return st.tuples(st.permutations(everything).map(in_turn), st.permutations(everything).map(in_turn))


@settings(max_examples=150, deadline=None)
@given(st.data(), TOLD, DECIDED)
def test_an_order_stands_where_its_row_says_however_its_facts_arrive(
    data: Any, reported: list[Any], decided: list[Any]
) -> None:
    """Issue 9, 1: the order, its row, and what follows from the same facts in another order of arrival."""
    one, other = data.draw(arrivals(len(reported), len(decided)))

    rule, screen = an_order(reported, decided, one)

    assert rule == screen
    assert (rule, screen) == an_order(reported, decided, other)


@settings(max_examples=150, deadline=None)
@given(st.data(), STEPS, CHANGES)
def test_a_visit_stands_where_its_row_says_however_its_facts_arrive(
    data: Any, reported: list[Any], changes: list[Any]
) -> None:
    """Issue 9, 1: the visit, its row, and what follows from the same facts in another order of arrival."""
    one, other = data.draw(arrivals(len(reported), len(changes)))

    rule, screen = a_visit(reported, changes, one)

    assert rule == screen
    assert (rule, screen) == a_visit(reported, changes, other)


def test_a_completion_from_before_the_reopening_that_comes_late_finishes_nothing() -> None:
    """Issue 9, 1: the instance that was found: the office may complete the order, and not close it."""
    decided = [("complete", 0), ("reopen", 10)]
    facts_last = [(False, 0), (False, 1), (True, 0)]

    assert an_order([("complete", -30)], decided, facts_last) == (Status.SCHEDULED, "scheduled")


def test_a_late_fact_is_shown_as_late_and_says_whether_it_changed_anything() -> None:
    """Issue 9, 1: what a late fact changes is shown."""
    both = Both(WorkOrders())
    order = WorkOrder.open(id=UUID(int=0), number="W-1", customer=UUID(int=55))
    order.assign(ANNA)
    both.begin(order)
    done: Any = lambda it: it.record_completion(technician=ANNA, fixed="yes")  # noqa: E731 - an act
    both.phone(WorkOrder, 20, 1, lambda it: it.record_labour(minutes=5, kind="work"))
    both.phone(WorkOrder, 10, 2, done)
    both.phone(WorkOrder, 0, 3, done)

    steps = both.views.row(WORK_ORDERS, UUID(int=0))["steps"]

    assert [step.get("late") for step in steps] == [None, {"changed": False}, {"changed": True}, None]
