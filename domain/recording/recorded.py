"""An event as it is read back: typed, with its envelope and position."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic
from uuid import UUID

import msgspec

from domain.kernel.envelope import Envelope

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # the checker knows it, nothing needs it when the program runs

    E_co = TypeVar("E_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    E_co = TypeVar("E_co", covariant=True)


class Recorded(msgspec.Struct, Generic[E_co], frozen=True):
    """An event as a projection receives it: `Recorded[StockMovement.Moved]`, or `Recorded` where it may be any.

    `data` has the fields that the event's class declares, personal ones `None` when erased, and nothing of the stream.
    """

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    envelope: Envelope
    data: E_co

    @property
    def occurred_at(self) -> datetime:
        """The time of occurrence."""
        return self.envelope.occurred_at
