"""Statuses: entities and views agree on visits and work orders, and no impossible time is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from domain.recording.recorded import Recorded
from domain.work.work_order_status import Status
from projections.work.visit_row import VISITS
from projections.work.work_order_row import WORK_ORDERS
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

AGREE = "rules and screens know the same of a visit or an order"
POSSIBLE = "no time is used that lies a day before what its author had read"
DAY = timedelta(days=1)
OPEN = (Status.UNSCHEDULED, Status.SCHEDULED, Status.IN_PROGRESS)
"""Statuses that no rule distinguishes, since an order does not know of its visits and parts."""


class Statuses:
    """Compares entities and views at the end, and checks the time of each operation when it is recorded."""

    def __init__(self, world: World) -> None:
        self._world = world

    def committed(self, events: Sequence[Recorded]) -> None:
        """Check the time used for an operation; a position read before a restore may be another event by now."""
        log = self._world.log
        for event in events:
            seen, at = event.envelope.seen_position or 0, event.occurred_at
            if event.envelope.device is None or not 0 < seen < event.position:
                continue
            if at < log.events[seen - 1].recorded_at - DAY:
                changed = any(one.topic == "log.restored" for one in log.events[:seen])
                must(changed, POSSIBLE, f"{event.envelope.operation_id} at {at}")

    def check_the_end(self) -> None:
        """The status of each visit and order is the same in the entity and in the view."""
        rows, load = self._world.views.rows, self._world.log.load
        for row in rows.rows(VISITS):
            visit: Any = load([row["id"]])[row["id"]]
            must(
                (visit.status, visit.technician) == (row["status"], row["technician"]),
                AGREE,
                f"visit {row['id']}: {visit.status} {visit.technician}, shown {row['status']} {row['technician']}",
            )
        for row in rows.rows(WORK_ORDERS):
            order: Any = load([row["id"]])[row["id"]]
            shown = Status(row["status"])
            same = order.status == shown or (order.status in OPEN and shown in OPEN)
            must(same, AGREE, f"order {row['id']}: {order.status}, shown {shown}")
