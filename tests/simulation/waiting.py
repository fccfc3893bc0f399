"""Waiting: nothing is held for ever, every late result arrives, and every photo that was named gets its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projections.operations import OPERATIONS
from tests.simulation.violation import must

if TYPE_CHECKING:
    from tests.simulation.phone import Phone
    from tests.simulation.world import World

NOT_FOR_EVER = "an operation is held for 72 hours at most, and its device is told what became of it"
BYTES = "a photo that was named gets its bytes"


class Waiting:
    """Looks at what waits when all is quiet."""

    def __init__(self, world: World) -> None:
        self._world = world

    def is_quiet(self) -> bool:
        """Whether all photos are with the server."""
        return not any(photos_of(phone) for phone in self._world.phones)

    def check_the_end(self) -> None:
        """Three days later."""
        held = [row["operation"] for row in self._world.views.rows.rows(OPERATIONS) if row["status"] == "held"]
        must(not held, NOT_FOR_EVER, f"held: {held}")
        for phone in self._world.phones:
            waits = [id for (id,) in map(tuple, phone.disk.rows("SELECT id FROM operations WHERE status = 'held'"))]
            must(not waits, NOT_FOR_EVER, f"phone {phone.number} waits for {waits}")
            must(not photos_of(phone), BYTES, f"phone {phone.number} has {photos_of(phone)}")


def photos_of(phone: Phone) -> list[str]:
    """Hashes of the photos that recorded operations of a phone name, and whose bytes are not with the server yet."""
    return [name for (name,) in map(tuple, phone.disk.rows(_LEFT))]


_LEFT = """
SELECT sha256 FROM blobs WHERE done IS NULL AND EXISTS (
    SELECT 1 FROM operations WHERE status IN ('applied', 'conflicted') AND instr(operation, blobs.sha256))
"""
