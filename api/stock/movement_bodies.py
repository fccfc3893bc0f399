"""Bodies of the commands of stock movements, and the filters of their list."""

from __future__ import annotations

from typing import get_args

from api.http.fields import Choice, Flag, Id, Instant, Many, Quantity, Text
from api.http.schemas import Command, Creation, Page
from domain.stock.movement import ROUTES, MovementKind
from domain.stock.movement_reasons import MISTAKES


class NewMovement(Creation):
    """A movement of one part between two locations. Where the kind leaves no choice, `from` or `to` may be left out."""

    kind = Choice(tuple(ROUTES), required=True)
    part = Id(required=True)
    quantity = Quantity(required=True)
    from_ = Id(data_key="from")
    to = Id()
    unit = Text(64, metadata={"description": "Refused unless it is the part's own."})
    lot = Text(64)
    serials = Many(Text(100), most=1000, load_default=())
    reason = Text(2000)
    work_order = Id()
    visit = Id()
    technician = Id()
    transfer = Id()
    billable = Flag()


class Mistake(Command):
    """What was wrong with the movement."""

    reason = Choice(MISTAKES, required=True)


class Filters(Page):
    """Which movements."""

    kind = Choice(get_args(MovementKind))
    part = Id()
    location = Id(metadata={"description": "Either end."})
    work_order = Id()
    technician = Id()
    since = Instant(metadata={"description": "Happened at this time or later."})
    until = Instant(metadata={"description": "Happened before this time."})
