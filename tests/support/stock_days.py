"""Days on which phones use, send, receive, count and correct stock, in any order of arrival."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement, correction_id
from projections.engine.projection import Projection
from tests.support.memory_events import Phone, ViewsInMemory, later, shuffled
from tests.support.stock import (
    OTHER_VAN,
    TRANSIT,
    VAN,
    WAREHOUSE,
    approved,
    bought,
    counted,
    moved,
    places,
    total,
    used,
)

KINDS = {"send": "transfer_out", "receive": "transfer_in", "scrap": "scrap"}
STEP = st.tuples(
    st.sampled_from(("use", *KINDS, "count", "take back")),
    st.integers(0, 6),
    st.integers(-90, 90),
    st.sampled_from((VAN, OTHER_VAN)),
)
STEPS = st.lists(st.lists(STEP, max_size=5), min_size=2, max_size=3)
TURNS = st.lists(st.integers(0, 5), max_size=20)


class Day:
    """Phones that were offline, recorded step by step; the office approves the counts at the end."""

    def __init__(self, *projections: Projection) -> None:
        self.views = ViewsInMemory(*projections)
        self.phones: dict[int, Phone] = {}
        self.counts: dict[Any, StockCount] = {}
        self.movements: dict[int, list[StockMovement]] = {}
        places(self.views)
        self.views.record(bought(5, VAN, id=UUID(int=91)), at=later(-60))
        for number in range(3):
            self.phones[number] = Phone(number + 1)
            self.views.record(self.phones[number].device)

    def replay(self, steps: list[list[Any]], turns: list[int]) -> None:
        """Record the phones' steps in the order of the turns, each phone's own order kept; then the approvals."""
        queues = [[(number, step) for step in mine] for number, mine in enumerate(steps)]
        for number, step in shuffled(queues, turns):
            self._do(number, *step)
            assert total(self.views) == 0
        for key in sorted(self.counts):
            if self.counts[key].status != "approved":
                self.views.record(approved(self.counts[key]))
                assert total(self.views) == 0

    def _do(self, number: int, what: str, quantity: int, minutes: int, van: UUID) -> None:
        phone, made = self.phones[number], self.movements.setdefault(number, [])
        if what == "count":
            key = (number % 2, van)  # two phones may count into one count
            count = self.counts.get(key) or StockCount.start(id=uuid5(van, str(key)), location=van)
            self.counts[key] = counted(quantity, van, count)
            phone.record(self.views, count, minutes=minutes)
        elif what == "take back" and made:
            wrong = made.pop()
            phone.record(
                self.views, wrong.reverse(id=correction_id(wrong.id), reason="fact_corrected"), minutes=minutes
            )
        else:
            made.append(self._movement(what, quantity + 1, van, phone.operation()))
            phone.record(self.views, made[-1], minutes=minutes)

    @staticmethod
    def _movement(what: str, quantity: int, van: UUID, id_: UUID) -> StockMovement:
        if what not in KINDS:
            return used(quantity, van, id=id_)
        ends = (TRANSIT, van) if what == "receive" else (van, TRANSIT if what == "send" else WAREHOUSE)
        kind: Any = KINDS[what]
        return moved(kind, quantity, *ends, id=id_)


def by_the_count_rule(views: ViewsInMemory, location: UUID) -> Decimal:
    """What the latest approved count found, plus what moved after it: from the events alone, and clocks that go on."""
    events = [event for event in views.events if event.topic in ("stock.moved", "count.line_counted", "count.approved")]
    happened = {event.stream: event.occurred_at for event in events}
    lines: list[Any] = []
    found = None
    for event in events:
        if event.topic == "count.line_counted" and event.data.location == location:
            lines.append(event)
        if event.topic == "count.approved":
            anchors = [line for line in lines if line.stream == event.stream] + ([found] if found else [])
            found = max(anchors, key=lambda line: (line.occurred_at, line.envelope.device_seq), default=None)
    quantity = Decimal(found.data.quantity if found else 0)
    for event in events:
        if event.topic == "stock.moved" and location in (event.data.from_, event.data.to):
            at = happened.get(event.data.corrects, event.occurred_at)
            if found is None or at > found.occurred_at:
                quantity += event.data.quantity if event.data.to == location else -event.data.quantity
    return quantity
