"""The id of a movement's correction, which follows from the movement's id."""

from __future__ import annotations

from itertools import count
from uuid import UUID

from domain.kernel.aggregate import Entity
from domain.recording.unit_of_work import Work
from domain.stock.stock_movement import StockMovement, correction_id


def correction_of(work: Work, movement: UUID) -> tuple[UUID, bool]:
    """The id of the movement that corrects this one, and whether that has been recorded.

    The id is predictable, so something else may have it: then the next one is used.
    """
    for turn in count():
        id = correction_id(movement, turn)
        known = work.find(Entity, id)
        is_correction = isinstance(known, StockMovement) and known.moved["kind"] == "correction"
        if known is None or is_correction:
            return id, is_correction
    raise AssertionError("there is always another id")
