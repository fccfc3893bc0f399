"""Days on which two technicians work on the same orders while the office decides, in any order of arrival."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.stock.stock_movement import StockMovement, correction_id
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from projections.engine.projection import Projection
from tests.support.memory_events import Phone, ViewsInMemory, later, shuffled
from tests.support.stock import VAN, bought, places, used
from tests.support.visits import EVENING, MORNING, NOON
from tests.support.work_orders import ANNA, BEN

CUSTOMER, BOTH = UUID(int=55), (ANNA, BEN)
REPORTED = ("use", "labour", "note", "diagnose", "complete", "fail", "accept", "travel", "arrive", "done", "not done")
DECIDED = ("assign", "hold", "resume", "reopen", "complete", "cancel", "close", "dispatch", "reschedule", "call off")
STEP = st.tuples(st.sampled_from((*REPORTED, "take back")), st.integers(0, 1), st.integers(-90, 90))
STEPS = st.tuples(st.lists(STEP, max_size=5), st.lists(STEP, max_size=5))
DECISIONS = st.lists(
    st.tuples(st.sampled_from(DECIDED), st.integers(0, 1), st.integers(-90, 90), st.sampled_from(BOTH)), max_size=4
)
TURNS = st.lists(st.integers(0, 3), max_size=12)


class WorkDay:
    """Two orders with a visit each, one Anna's and one Ben's. Decisions are recorded without checking the rules."""

    def __init__(self, *projections: Projection) -> None:
        self.views = ViewsInMemory(*projections)
        self.phones = {number: Phone(number + 1, technician) for number, technician in enumerate(BOTH)}
        self.orders = [_order(number) for number in (0, 1)]
        self.visits = [_visit(number) for number in (0, 1)]
        self.done: dict[int, list[tuple[UUID, Any]]] = {0: [], 1: []}
        places(self.views)
        self.views.record(bought(3, VAN, id=UUID(int=56)), *(phone.device for phone in self.phones.values()))
        self.views.record(*self.orders, *self.visits, at=later(-99))

    def replay(self, steps: Any, turns: list[int]) -> None:
        """Record the phones' steps in the order of the turns, each phone's own order kept."""
        queues = [[(number, step) for step in mine] for number, mine in enumerate(steps)]
        for number, step in shuffled(queues, turns):
            self._record(number, *step)

    def decide(self, decisions: list[Any]) -> None:
        """Record decisions of the office, in this order."""
        for what, which, minutes, technician in decisions:
            order, visit = self.orders[which], self.visits[which]
            choices: dict[str, tuple[Any, dict[str, Any]]] = {
                "assign": (WorkOrder.Assigned, {"technician": technician, "previous": order.technician}),
                "hold": (WorkOrder.Held, {"customer": CUSTOMER, "reason": "parts", "note": None}),
                "resume": (WorkOrder.Resumed, {}),
                "reopen": (WorkOrder.Reopened, {"customer": CUSTOMER, "reason": "Again."}),
                "complete": (WorkOrder.Completed, {"technician": technician, "remedy": None, "fixed": "yes"}),
                "cancel": (WorkOrder.Cancelled, {"customer": CUSTOMER, "reason": "No."}),
                "close": (WorkOrder.Closed, {}),
                "dispatch": (Visit.Dispatched, {"technician": technician, "previous": visit.technician}),
                "reschedule": (Visit.Rescheduled, {"window_start": NOON, "window_end": EVENING, "zone": "UTC"}),
                "call off": (Visit.Cancelled, {"customer": CUSTOMER, "reason": "No."}),
            }
            kind, fields = choices[what]
            if what in ("dispatch", "reschedule", "call off"):
                visit.trigger_event(kind, work_order=visit.work_order, **fields)
            else:
                order.trigger_event(kind, **fields)
            self.views.record(order, visit, at=later(minutes))

    def _record(self, number: int, what: str, which: int, minutes: int) -> None:
        phone, done = self.phones[number], self.done[number]
        order, visit, who = self.orders[which], self.visits[which], phone.technician
        if what == "take back":
            entity = _taken_back(*done.pop()) if done else None
        elif what == "use":
            entity = used(1, id=phone.operation(), work_order=order.id, technician=who)
        else:
            entity = order if what in _ON_ORDER else visit
            {**_ON_ORDER, **_ON_VISIT}[what](entity, who)
        if entity is not None:
            operation = phone.record(self.views, entity, minutes=minutes)
            if what != "take back":
                done.append((operation, entity))


def _taken_back(operation: UUID, entity: Any) -> Any:
    if isinstance(entity, StockMovement):
        return entity.reverse(id=correction_id(entity.id), reason="fact_corrected")
    entity.record_correction(operation=operation)
    return entity


def _order(number: int) -> WorkOrder:
    order = WorkOrder.open(id=UUID(int=60 + number), number=f"W-{number}", customer=CUSTOMER, problem="It hums.")
    order.assign(BOTH[number])
    return order


def _visit(number: int) -> Visit:
    return Visit.plan(
        id=UUID(int=64 + number),
        work_order=UUID(int=60 + number),
        customer=CUSTOMER,
        technician=BOTH[number],
        window_start=MORNING,
        window_end=NOON,
        zone="UTC",
    )


_ON_ORDER: dict[str, Callable[[Any, UUID], None]] = {
    "labour": lambda order, who: order.record_labour(minutes=7, kind="work", technician=who),
    "note": lambda order, _: order.record_note("It hums."),
    "diagnose": lambda order, _: order.record_diagnosis(problem="noise", cause="dirt", remedy="clean"),
    "complete": lambda order, who: order.record_completion(technician=who, fixed="yes"),
    "fail": lambda order, who: order.record_cannot_complete(technician=who, reason="no_part"),
}
_ON_VISIT: dict[str, Callable[[Any, UUID], None]] = {
    "accept": lambda visit, who: visit.record_accepted(who),
    "travel": lambda visit, who: visit.record_travel_started(who),
    "arrive": lambda visit, who: visit.record_arrived(who),
    "done": lambda visit, who: visit.record_done(who),
    "not done": lambda visit, who: visit.record_not_done("no_access", technician=who),
}
