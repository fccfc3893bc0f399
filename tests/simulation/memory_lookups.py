"""What the log in memory looks up in its events, as PostgreSQL does in tables beside the log."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from domain.recording.recorded import Recorded
from domain.work.visit import Visit


class Lookups:
    """Questions about all events."""

    events: list[Recorded]

    def visits_of(self, order: UUID) -> set[UUID]:
        """The ids of all visits that were ever planned for a work order."""
        planned = (event for event in self.events if event.topic == Visit.Planned.TOPIC)
        return {event.stream for event in planned if event.data.work_order == order}

    def owners_of(self, sites: Iterable[UUID]) -> dict[UUID, UUID]:
        """The customers whose sites these are."""
        wanted = set(sites)
        added = (event for event in self.events if event.topic == "customer.site_added")
        return {event.data.site: event.stream for event in added if event.data.site in wanted}

    def next_work_order_number(self) -> str:
        """A number that no work order has."""
        return f"W-{sum(event.topic == 'work_order.opened' for event in self.events) + 1:06}"
