"""What the protocol needs of the world: a log and ready documents; PostgreSQL for users, memory for simulation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import msgspec

from store.answers import Past
from store.recorded import Recorded
from store.work import Work

T = TypeVar("T")
Row = Mapping[str, Any]


class Operations(Protocol):
    """What has been answered to whom."""

    def history(self, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Past:
        """The log's epoch, how far a device has been taken in, and all that is known of these ids and numbers of it."""

    def recorded_by(self, operation: UUID, device: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics of what an operation of this device has recorded."""

    def come(self, operations: Collection[UUID]) -> set[UUID]:
        """Those of these operations that have come: recorded, refused or decided about, not held or in quarantine."""


class Log(Protocol):
    """The one log, as a sync server works with it."""

    @property
    def operations(self) -> Operations:
        """What has been answered to whom."""

    def work(self) -> Work:
        """A new unit of work: what is loaded, decided and committed together."""

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide` again when a stream has moved on meanwhile, or on these exceptions; not for ever."""

    def put_aside(self, operation: UUID) -> list[Recorded]:
        """How an operation came to be quarantined or held, the newest first."""


class Digest(msgspec.Struct, frozen=True):
    """How many entries there are, and their sum mod 2^128 as 32 hex digits."""

    count: int
    sum: str


class Changes(NamedTuple):
    """Documents behind a cursor, whole positions only, and what is known about where they end.

    Each row has `position`, `type`, `id`, `size` (bytes) and `entry` (JSON text). `through` is the position up to which
    nothing is missing; `more` says that the rows end before it. `digests` are those of the audiences at `through`.
    """

    rows: Sequence[Row]
    through: int
    more: bool
    epoch: UUID
    own: Digest
    shared: Digest


class Documents(Protocol):
    """The ready documents of technicians, as they stand."""

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """About `limit` documents of the technician's slice that changed behind `after`; all without it."""

    def wait(self, technician: UUID, after: int | None, seconds: float) -> bool:
        """Whether something has changed behind `after`, given so many seconds to do so."""

    def leaf_rows(self, technician: UUID | None) -> Iterable[Row]:
        """`type`, `id`, `position`, `hash` (None when gone), `size` and `entry` of the technician's own documents.

        Without a technician: of those that all share.
        """
