"""Which technicians may see a document, computed from the log alone: who ever had the order, van or device."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.world import World

PRIVATE = "nothing outside the slice ever reaches a device"
_PERSON = re.compile("«([0-9a-f-]{36})»")


class Visibility:
    """Reads the log independently of the views."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.restored()

    def restored(self) -> None:
        """Read the log from the beginning."""
        self._read = 0
        self._related: dict[UUID, set[UUID]] = {}
        self._customers: dict[UUID, UUID] = {}
        self._devices: dict[UUID, UUID] = {}
        self._vans: dict[UUID, set[UUID]] = {}

    def must_be_theirs(self, technician: UUID, changes: list[dict[str, Any]]) -> None:
        """Every document of a page may be shown to this technician."""
        self._catch_up()
        for change in changes:
            if "gone" not in change:
                must(
                    self._may_see(technician, change), PRIVATE, f"{change['type']} {change['id']} went to {technician}"
                )

    def _catch_up(self) -> None:
        events = self._world.log.events
        for event in events[self._read :]:
            data = event.data
            match event.topic:
                case "work_order.opened":
                    self._customers[event.stream] = data.customer
                case "work_order.assigned":
                    self._related.setdefault(event.stream, set()).add(data.technician)
                case "visit.planned" | "visit.dispatched" | "visit.accepted":
                    self._related.setdefault(data.work_order, set()).add(data.technician)
                    self._related.setdefault(event.stream, set()).add(data.technician)
                case "device.enrolled" | "device.reenrolled":
                    self._devices[event.stream] = data.technician
                case "location.custody_taken":
                    self._vans.setdefault(event.stream, set()).add(data.technician)
        self._read = len(events)

    def _may_see(self, technician: UUID, change: dict[str, Any]) -> bool:
        body, kind = change["body"], change["type"]
        named = {UUID(person) for person in _PERSON.findall(str(body))}
        if not all(self._knows(technician, person) for person in named):
            return False
        if kind == "technician":
            return bool(change["id"] == str(technician))
        holders: set[UUID] | None = None
        if kind in ("work_order", "visit"):
            holders = self._related.get(UUID(body["work_order"] if kind == "visit" else change["id"]), set())
        elif kind == "stock" or (kind == "location" and body["kind"] == "van"):
            holders = self._vans.get(UUID(body["location"] if kind == "stock" else change["id"]), set())
        return holders is None or technician in holders

    def _knows(self, technician: UUID, person: UUID) -> bool:
        if person == technician:
            return True
        orders = (order for order, customer in self._customers.items() if customer == person)
        return any(technician in self._related.get(order, ()) for order in orders)
