"""Correcting a movement: a reverse one at the same cost, once."""

from __future__ import annotations

from uuid import UUID

from commands.running.changed import Changed
from domain.recording.corrections import correction_of
from domain.recording.unit_of_work import Work
from domain.stock.stock_movement import StockMovement


def correct(work: Work, id: UUID, *, reason: str, by: UUID | None = None) -> Changed:
    """Correct a movement by a reverse one at the same cost; repeating that changes nothing.

    The reply names the correction.
    """
    movement = work.get(StockMovement, id)
    correction, is_recorded = correction_of(work, movement.id)
    made = [] if is_recorded else [movement.reverse(id=correction, reason=reason, approved_by=by)]
    return Changed(movement, made, {"correction": correction})
