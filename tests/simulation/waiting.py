"""Waiting: no operation is held for ever, every late result arrives, and every named photo gets its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from projections.access.operations import OPERATIONS
from sync.problems import UnknownReference
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

WITH_IT = "what names an operation that is held waits with it"
NOT_FOR_EVER = "an operation is held for 72 hours at most, and its device is told what became of it"
BYTES = "a photo that was named gets its bytes"


class Waiting:
    """Checks what waits at the end of a run."""

    def __init__(self, world: World) -> None:
        self._world = world

    def is_quiet(self) -> bool:
        """Whether all photos are uploaded."""
        return not any(photos_of(phone) for phone in self._world.phones)

    def check_the_end(self) -> None:
        """Three days after the last step no operation is held and no photo is missing."""
        held = [row["operation"] for row in self._world.views.rows.rows(OPERATIONS) if row["status"] == "held"]
        must(not held, NOT_FOR_EVER, f"held: {held}")
        for phone in self._world.phones:
            waits = [id for (id,) in map(tuple, phone.disk.rows("SELECT id FROM operations WHERE status = 'held'"))]
            must(not waits, NOT_FOR_EVER, f"phone {phone.number} waits for {waits}")
            must(not photos_of(phone), BYTES, f"phone {phone.number} has {photos_of(phone)}")
        self._have_waited()

    def _have_waited(self) -> None:
        """No operation was quarantined because the operation it names was held and recorded later."""
        held, ended = dict[UUID, int](), dict[UUID, int]()
        for event in self._world.log.events:
            if event.topic == "device.operation_held":
                held.setdefault(event.data.operation, event.position)
            elif event.topic == "device.hold_ended":
                ended.setdefault(event.data.operation, event.position)
        for event in self._world.log.events:
            if event.topic == "device.operation_quarantined" and event.data.reason == UnknownReference.code:
                for id in event.data.refs:
                    waited = held.get(id, event.position) < event.position < ended.get(id, 0)
                    must(not waited, WITH_IT, f"{event.data.type} {event.data.operation} at {event.position}")


def photos_of(phone: Phone) -> list[str]:
    """Hashes of the photos that recorded operations of a phone name, and whose bytes are not with the server yet."""
    return [name for (name,) in map(tuple, phone.disk.rows(_LEFT))]


_LEFT = """
SELECT sha256 FROM blobs WHERE done IS NULL AND EXISTS (
    SELECT 1 FROM operations WHERE status IN ('applied', 'conflicted') AND instr(operation, blobs.sha256))
"""
