"""Opening stock that earlier imports have recorded, by part, place and day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

from domain.recording.corrections import correction_of
from domain.recording.unit_of_work import Work
from domain.stock.stock_movement import StockMovement, correction_id
from store.log import EventLog

MOST_TURNS: Final = 50
STEPS: Final = ("receipt", "out", "in")


class Opening(NamedTuple):
    """The opening stock of one part at one place as of one day (None without a day), in an import of this name."""

    name: str
    part: UUID
    place: UUID
    as_of: date | None

    def id(self, turn: int, step: str) -> UUID:
        """The id of the movement of a step; each correction of the opening stock begins a new turn."""
        parts = (self.name, self.part, self.place, self.as_of or "", turn, step)
        return uuid5(NAMESPACE_OID, "\0".join(map(str, ("callout opening", *parts))))


class Recorded(NamedTuple):
    """The recorded quantity (None: none ever; 0: reversed), the turn, and the movements that count."""

    quantity: Decimal | None
    turn: int
    movements: tuple[UUID, ...] = ()


def recorded(log: EventLog, openings: Iterable[Opening]) -> dict[Opening, Recorded]:
    """What has been recorded for each of `openings`; one query for all that were never corrected."""
    work, wanted = log.work(), list(openings)
    first = [opening.id(0, step) for opening in wanted for step in STEPS]
    work.preload([*first, *map(correction_id, first)])
    return {opening: _recorded(work, opening) for opening in wanted}


def _recorded(work: Work, opening: Opening) -> Recorded:
    quantity: Decimal | None = None
    for turn in range(MOST_TURNS):
        found = list(_movements(work, opening, turn))
        if not found:
            return Recorded(quantity, turn)
        open_ones = [movement for movement in found if not correction_of(work, movement.id)[1]]
        if open_ones:
            return Recorded(found[0].moved["quantity"], turn, tuple(movement.id for movement in open_ones))
        quantity = Decimal(0)
    return Recorded(quantity, MOST_TURNS)


def _movements(work: Work, opening: Opening, turn: int) -> Iterator[StockMovement]:
    for step in STEPS:
        movement = work.find(StockMovement, opening.id(turn, step))
        if movement is not None:
            yield movement
