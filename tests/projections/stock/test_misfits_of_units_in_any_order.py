"""Whatever the order in which devices arrive, the same units do not fit. Issue 9, 4."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.stock.part import Part, PartName
from domain.stock.stock_count import StockCount
from domain.stock.stock_movement import StockMovement, correction_id
from projections.stock.discrepancies import Discrepancies
from projections.stock.discrepancy_row import DISCREPANCIES
from projections.stock.lots import Lots
from tests.support.memory_events import Phone, ViewsInMemory, shuffled
from tests.support.stock import PART, TRANSIT, VAN, places
from tests.support.work_days import TURNS

KINDS = ("serial_missing", "serial_count", "serial_duplicate", "fraction_of_unit", "lot_missing", "unit_mismatch")


def taken(from_: UUID, to: UUID, **fields: Any) -> StockMovement:
    whole: Any = {"id": uuid4(), "kind": "transfer_out", "part": PART, "from_": from_, "to": to} | fields
    return StockMovement.record(**whole)


STEP = st.tuples(
    st.sampled_from(("use", "receive", "take back", "count")),
    st.sampled_from(((), ("A",), ("A", "A"), ("A", "B"))),
    st.sampled_from(("0.5", "1", "2")),
    st.sampled_from((None, "L1", "L2")),
    st.sampled_from((None, "piece", "m")),
    st.integers(-90, 90),
)


class Day:
    """Phones that were offline and tell what does not fit."""

    def __init__(self, tracking: str) -> None:
        self.views = ViewsInMemory(Discrepancies(), Lots())
        self.phones = {number: Phone(number + 1) for number in range(2)}
        self.made: dict[int, list[StockMovement]] = {0: [], 1: []}
        places(self.views)
        part = Part.register(
            id=PART,
            number="P-1",
            names=(PartName("en", "Board"),),
            unit="piece",
            tracking=tracking,  # type: ignore[arg-type]
        )
        self.views.record(part, *(phone.device for phone in self.phones.values()))

    def replay(self, steps: list[list[Any]], turns: list[int]) -> None:
        for number, step in shuffled([[(number, step) for step in mine] for number, mine in enumerate(steps)], turns):
            self.do(number, *step)

    def do(self, number: int, *step: Any) -> None:
        what, serials, quantity, lot, unit, minutes = step
        phone, made = self.phones[number], self.made[number]
        if what == "take back":
            if made:
                wrong = made.pop()
                phone.record(
                    self.views, wrong.reverse(id=correction_id(wrong.id), reason="fact_corrected"), minutes=minutes
                )
            return
        if what == "count":
            count = StockCount.start(id=phone.operation(), location=VAN)
            count.record_line(part=PART, location=VAN, quantity=Decimal(quantity), blind=False, unit=unit)
            phone.record(self.views, count, minutes=minutes)
            return
        ends = (VAN, TRANSIT) if what == "use" else (TRANSIT, VAN)
        fields = {"quantity": Decimal(quantity), "serials": serials, "lot": lot, "unit": unit}
        made.append(taken(*ends, id=phone.operation(), **fields))
        phone.record(self.views, made[-1], minutes=minutes)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(("serial", "lot", "none")),
    st.lists(st.lists(STEP, max_size=5), min_size=2, max_size=2),
    TURNS,
)
def test_any_order_of_arrival_gives_the_same_misfits(tracking: str, steps: list[list[Any]], turns: list[int]) -> None:
    one_after_the_other, interleaved = Day(tracking), Day(tracking)
    one_after_the_other.replay(steps, [])
    interleaved.replay(steps, turns)

    assert interleaved.views.timeless() == one_after_the_other.views.timeless()
    found = {row["kind"] for row in interleaved.views.all(DISCREPANCIES)}
    assert not (tracking == "none" and found & (set(KINDS) - {"unit_mismatch"}))
