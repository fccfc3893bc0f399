"""Records about operations: first answers and turns of devices, and the errors of recording them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.recording.recorded import Recorded

DECIDED = 0
"""The incarnation under which the outcome of a held or quarantined text is stored; those of devices begin at 1."""


class OperationKnownError(PersistenceError):
    """An operation with this id has been recorded before; its first answer is kept."""


class TurnTakenError(PersistenceError):
    """Another push of the same device was recorded in between: read again."""


class StreamTakenError(IntegrityError):
    """Streams that this commit begins belong to something else already, or were begun twice in one commit.

    `streams` are their ids, `operations` those of the operations that began them. A new decision finds what was begun
    in between; beginning the same stream again always fails.
    """

    def __init__(self, streams: Collection[UUID], operations: Collection[UUID]) -> None:
        super().__init__("a stream with this id has been begun before")
        self.streams, self.operations = frozenset(streams), frozenset(operations)


class UnrecordableError(PersistenceError):
    """Something can never be recorded as it is, however often it is tried.

    `operations` are the ids of those that are the cause, as far as that is known.
    """

    def __init__(self, message: str, operations: Collection[UUID] = ()) -> None:
        super().__init__(message)
        self.operations = frozenset(operations)


class SignedText(NamedTuple):
    """A text that a device has signed: an operation as received, the signature, and the people it is about."""

    text: str
    signature: str | None
    persons: tuple[UUID, ...]


class Answer(NamedTuple):
    """The first answer to an operation, stored with its effect.

    `first` is the offset of its first event within the commit (`None` without events); `content_hash` distinguishes
    the operation from another one with its id; `original` is false for a row that repeats or contests a known id;
    `signed` is kept beside it, sealed.

    The outcome of a held or quarantined text is an answer too, with the `incarnation` `DECIDED` and as `seq` the
    version of the event that holds the text. No two answers of a device have both in common, so that nothing can be
    decided twice.
    """

    id: UUID
    content_hash: str
    status: str
    answer: str
    first: int | None = None
    event_count: int = 0
    device: UUID | None = None
    incarnation: int | None = None
    seq: int | None = None
    original: bool = True
    signed: SignedText | None = None


class Turn(NamedTuple):
    """A device's turn: the last sequence number received before this commit and the last one after it."""

    device: UUID
    incarnation: int
    last: int
    next: int


class Appended(NamedTuple):
    """The result of an append: positions `base + 1 … base + n`, recorded at one instant."""

    base: int
    recorded_at: datetime


class Known(NamedTuple):
    """The stored answer to an operation."""

    id: UUID
    device: UUID | None
    incarnation: int | None
    seq: int | None
    content_hash: str
    status: str
    answer: str
    positions: list[int]


class KeptText(NamedTuple):
    """The event that holds the text of a quarantined or held operation, and the hash of its content."""

    event: Recorded
    content_hash: str


class Past(NamedTuple):
    """What the log knows of a push: its epoch, the device's last number, and the answers by id and number."""

    epoch: UUID
    last: int
    known: list[Known]


class Neighbour(NamedTuple):
    """An operation received from a device: its number, the instant used, and parts of its envelope."""

    seq: int
    at: datetime
    seen: int | None
    clock: str | None


class Life(NamedTuple):
    """When a life of the log began, after which position, and when the last common position was recorded.

    That is None where it has nothing in common with the life before.
    """

    position: int
    began_at: datetime
    both_at: datetime | None


class Readings(NamedTuple):
    """When positions were recorded, and the lives of the log behind its first one, the oldest first."""

    recorded: dict[int, datetime]
    lives: tuple[Life, ...] = ()
