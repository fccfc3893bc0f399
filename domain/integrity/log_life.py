"""A life of the log: a new one begins when it is restored from a backup, without the events recorded since."""

from typing import ClassVar, Self
from uuid import UUID

from domain.kernel.aggregate import Begun, Entity, event


class LogLife(Entity):
    """One life of the log. Its id is the epoch by which devices know the log; the first life has no event."""

    TOPIC: ClassVar[str] = "log"

    previous: UUID

    class Restored(Begun):
        """The log was restored from a backup, or from a server that lagged behind; it ends at `restored_through`."""

        TOPIC: ClassVar[str] = "log.restored"
        previous: UUID
        restored_through: int
        reason: str

    @classmethod
    def begin_anew(cls, *, id: UUID, previous: UUID, restored_through: int, reason: str) -> Self:
        """The next life, after the one with the epoch `previous`."""
        return cls.begin(cls.Restored, id=id, previous=previous, restored_through=restored_through, reason=reason)

    @event(Restored)
    def __init__(self, previous: UUID) -> None:
        self.previous = previous
