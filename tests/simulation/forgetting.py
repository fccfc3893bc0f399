"""Erasure in memory: destroys the keys of customers whose erasure is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from domain.care.customer import Customer
from domain.kernel.envelope import Envelope
from domain.recording.recorded import Recorded
from domain.topics import EVENT_CLASSES
from store.shape import shape_of

if TYPE_CHECKING:
    from tests.simulation.world import World

QUARANTINED_OR_HELD = ("device.operation_quarantined", "device.operation_held")
_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Forgetting:
    """Works as `store.erasure.Erasure`: continues where it was, and begins anew on a restored log."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.reached = 0

    def catch_up(self) -> None:
        """Destroy keys by the log; a customer with texts recorded since the erasure is erased again."""
        log = self._world.log
        events, head = log.events[self.reached :], log.head()
        erased = {event.stream: event.position for event in events if event.topic == "customer.erased"}
        everybody = {event.stream for event in log.events if event.topic == "customer.erased"}
        log.erased |= {*erased, *self._operations(log.events if erased else events, everybody)}
        for customer, position in erased.items():
            if any(self._is_about(event, customer) for event in log.events[position:]):
                self._erase_again(customer)
        self.reached = head

    def _operations(self, events: Iterable[Recorded], erased: set[UUID]) -> Iterator[UUID]:
        """Quarantined and held operations that refer to an erased customer."""
        for event in events:
            if event.topic in QUARANTINED_OR_HELD and event.data.body is not None:
                named = {*event.data.refs, *map(UUID, _ID.findall(event.data.body))}
                if named & erased or any(self._leads_to(id, erased) for id in named):
                    yield event.data.operation

    def _leads_to(self, id: UUID, erased: set[UUID]) -> bool:
        log = self._world.log
        about = (event for event in log.events if id in (event.stream, event.envelope.operation_id))
        return any(getattr(event.data, "customer", None) in erased for event in about)

    def _is_about(self, event: Recorded, customer: UUID) -> bool:
        shape = shape_of(EVENT_CLASSES[event.topic])
        has_words = any(getattr(event.data, name) is not None for name in shape.personal)
        return has_words and self._world.log.person_of(shape, event) == customer

    def _erase_again(self, customer: UUID) -> None:
        def once() -> None:
            work = self._world.log.work()
            entity = work.get(Customer, customer)
            entity.trigger_event(Customer.Erased)
            work.add(Envelope(occurred_at=self._world.clock.now()), entity)
            work.commit()

        self._world.log.attempt(once)
