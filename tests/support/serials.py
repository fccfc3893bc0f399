"""Units with serial numbers, and random days on which phones move them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.stock.part import Part, PartName
from domain.stock.stock_movement import StockMovement, correction_id
from projections.engine.projection import Projection
from projections.engine.table import Row
from projections.stock.serials import SERIALS
from tests.support.memory_discrepancies import Office
from tests.support.memory_events import Phone, ViewsInMemory, later, shuffled
from tests.support.stock import CUSTOMER, OTHER_VAN, PART, TRANSIT, VAN, WAREHOUSE, bought, moved, places, used

S1, S2 = "S-1", "S-2"
MACHINE, OTHER_MACHINE = UUID(int=95), UUID(int=96)
STEP = st.tuples(
    st.sampled_from(("use", "take out", "send", "receive", "scrap", "take back")),
    st.sampled_from((S1, S2)),
    st.integers(-90, 90),
    st.sampled_from((VAN, OTHER_VAN)),
)
STEPS = st.lists(st.lists(STEP, max_size=5), min_size=2, max_size=3)


def tracked() -> Part:
    """The part, tracked by serial."""
    return Part.register(id=PART, number="P-1", names=(PartName("en", "Board"),), unit="piece", tracking="serial")


class SerialOffice(Office):
    """A company whose part is tracked by serial."""

    def __init__(self) -> None:
        super().__init__()
        self.views.record(revised("serial"))

    def buy(self, serial: str = S1, to: UUID = VAN, minutes: float = -60) -> None:
        """Record that one unit was received from the supplier."""
        self.views.record(bought(1, to, serials=(serial,)), at=later(minutes))

    def unit(self, serial: str = S1) -> Row:
        """The row of one unit."""
        return self.views.row(SERIALS, PART, serial)


def revised(tracking: Any) -> Part:
    """The part, revised to this tracking."""
    part = Part.register(id=PART, number="P-1", names=(PartName("en", "Pump"),), unit="piece")
    part.collect_events()
    part.revise(names=(PartName("en", "Board"),), tracking=tracking, criticality=None, gtins=())
    return part


class SerialDay:
    """Phones that were offline and moved two units, one bought by the office and one never received."""

    def __init__(self, *projections: Projection) -> None:
        self.views = ViewsInMemory(*projections)
        self.phones = {number: Phone(number + 1) for number in range(3)}
        self._made: dict[int, list[StockMovement]] = {}
        places(self.views)
        self.views.record(tracked(), *(phone.device for phone in self.phones.values()))
        for movement in (
            bought(1, id=UUID(int=91), serials=(S1,)),
            moved("transfer_out", 1, WAREHOUSE, TRANSIT, id=UUID(int=93), serials=(S1,)),
            moved("transfer_in", 1, TRANSIT, VAN, id=UUID(int=92), serials=(S1,)),
        ):
            self.views.record(movement, at=later(-99))

    def replay(self, steps: list[list[Any]], turns: list[int]) -> None:
        """The phones' steps in the order that the turns say, each phone's own order kept."""
        queues = [[(number, step) for step in mine] for number, mine in enumerate(steps)]
        for number, step in shuffled(queues, turns):
            self._do(number, *step)

    def _do(self, number: int, what: str, serial: str, minutes: int, van: UUID) -> None:
        phone, made = self.phones[number], self._made.setdefault(number, [])
        if what == "take back":
            if made:
                wrong = made.pop()
                back = wrong.reverse(id=correction_id(wrong.id), reason="fact_corrected")
                phone.record(self.views, back, minutes=minutes)
            return
        fields: Any = {"id": phone.operation(), "serials": (serial,)}
        movements = {
            "use": lambda: used(1, van, **fields),
            "take out": lambda: moved("removal", 1, CUSTOMER, van, **fields),
            "send": lambda: moved("transfer_out", 1, van, TRANSIT, **fields),
            "receive": lambda: moved("transfer_in", 1, TRANSIT, van, **fields),
            "scrap": lambda: moved("scrap", 1, van, WAREHOUSE, **fields),
        }
        made.append(movements[what]())
        phone.record(self.views, made[-1], minutes=minutes)


def taken_from_elsewhere(views: ViewsInMemory, serial: str) -> tuple[bool, bool]:
    """Whether a unit was taken from a location it never came to, and from one where it was not: from the events.

    Right for clocks that go on and for news of which no two happened at one instant, the first three apart.
    """
    events = [event for event in views.events if event.topic == "stock.moved" and serial in event.data.serials]
    void = {event.data.corrects for event in events if event.data.corrects}
    story = sorted(
        (event for event in events if event.stream not in void and not event.data.corrects),
        key=lambda event: event.occurred_at,
    )
    ends = [(event.data.from_, event.data.to) for event in story]
    unknown = bool(ends) and ends[0][0] in (VAN, OTHER_VAN, WAREHOUSE)
    return unknown, any(to != from_ for (_, to), (from_, _) in pairwise(ends))
