"""An event as it is read back: typed, with its envelope and position."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from domain.kernel.envelope import Envelope


class Recorded(msgspec.Struct, frozen=True):
    """An event as a projection meets it. `data` has the event's own fields, personal ones `None` when erased."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    envelope: Envelope
    data: Any

    @property
    def occurred_at(self) -> datetime:
        """When it happened in the world."""
        return self.envelope.occurred_at
