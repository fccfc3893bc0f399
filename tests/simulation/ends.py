"""Ends: a closed or cancelled work order has no open visit, and gets none afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.work.visit import Visit
from domain.work.work_order import WorkOrder
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

NONE_STAYS = "no visit outlives its work order"
ENDS = ("work_order.closed", "work_order.cancelled")


class Ends:
    """Checks each end of a work order and each planned visit when it is recorded."""

    def __init__(self, world: World) -> None:
        self._world = world

    def committed(self, events: Sequence[Recorded]) -> None:
        """These events were recorded together."""
        ended: set[UUID] = set()
        for place, event in enumerate(events):
            if event.topic in ENDS:
                ended.add(event.stream)
                self._nothing_is_left(event.stream, events[place:])
            elif _takes_an_end_back(event):
                ended.discard(event.stream)
            elif event.topic == "visit.fact_corrected":
                visit = cast("Visit | None", self._world.log.load([event.stream]).get(event.stream))
                order = None if visit is None else self._order(visit.work_order)
                left = visit is not None and order is not None and order.is_final() and not visit.is_over()
                must(not left, NONE_STAYS, f"{event.stream} goes on after its end was taken back")
            elif event.topic == "visit.planned":
                order = event.data.work_order
                found = self._order(order)
                late = order in ended or (
                    found is not None and found.is_final() and not self._ends_in(order, events[place:])
                )
                must(not late, NONE_STAYS, f"{event.stream} was planned for {order}")

    def _nothing_is_left(self, order: UUID, behind: Sequence[Recorded]) -> None:
        """Its end has left no visit open, also where somebody takes back afterwards what had ended one.

        When the end itself was taken back, the order may get visits again.
        """
        taken_back = [
            place for place, event in enumerate(behind) if event.stream == order and _takes_an_end_back(event)
        ]
        anew = (
            {event.stream for event in behind[taken_back[0] :] if event.topic == "visit.planned"}
            if taken_back
            else set()
        )
        visits = self._world.log.load(self._world.log.visits_of(order)).values()
        left = [one.id for one in visits if not cast("Visit", one).is_over() and one.id not in anew]
        must(not left, NONE_STAYS, f"{left} of {order}")

    def _order(self, id: UUID) -> WorkOrder | None:
        return cast("WorkOrder | None", self._world.log.load([id]).get(id))

    @staticmethod
    def _ends_in(order: UUID, events: Sequence[Recorded]) -> bool:
        return any(event.stream == order and event.topic in ENDS for event in events)


def _takes_an_end_back(event: Recorded) -> bool:
    return event.topic == "work_order.fact_corrected" and event.data.fact in ENDS
