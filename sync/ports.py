"""The interfaces that the protocol needs: log, documents, held operations; on PostgreSQL, in memory for simulation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from domain.recording.answers import KeptText, Neighbour, Past, Readings
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from projections.documents.moment import Moment

T = TypeVar("T")
Row = Mapping[str, Any]


class Operations(Protocol):
    """The answers to operations, by id and by device and number."""

    def history(self, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Past:
        """The log's epoch, the last number taken in of a device, and all answers with these ids or numbers of it."""

    def taken_in_before(self, device: UUID, incarnation: int) -> int:
        """The last number taken in of a device when this epoch began; 0 where that was not recorded."""

    def recorded_by(self, operation: UUID, technician: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics of the events of an operation of one of this technician's devices."""

    def settled(self, operations: Collection[UUID]) -> set[UUID]:
        """Those of these operations that are settled: recorded, rejected, released or discarded."""

    def readings(self, positions: Collection[int]) -> Readings:
        """When the events at these positions were recorded, and when the log's epoch began."""

    def neighbours(self, device: UUID, incarnation: int, first: int, end: int) -> list[Neighbour]:
        """The operations of a device with numbers from `first` on and below `end`, by number, that recorded something.

        With the instants that were used for them.
        """

    def held(self, operations: Collection[UUID]) -> dict[UUID, int]:
        """Those of these operations that are held now, each with the position at which it began to wait."""


class Log(Protocol):
    """The log, as sync uses it."""

    @property
    def operations(self) -> Operations:
        """The answers to operations."""

    def work(self) -> Work:
        """A new unit of work: what is loaded, decided and committed together."""

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide`; again, some times at most, when a stream has changed meanwhile or on these exceptions."""

    def held_or_quarantined(self, operation: UUID, position: int | None = None) -> list[Recorded]:
        """The events that held or quarantined operations under this id, the oldest first; 100 at most.

        With a `position` only the one that is recorded there.
        """

    def texts(self, device: UUID, versions: Collection[int]) -> list[KeptText]:
        """The events with these versions of a device's stream, by version, that hold the text of an operation."""


class DeviceReports(Protocol):
    """Stores the reports of devices about themselves, beside the log."""

    def record_report(
        self,
        device: UUID,
        *,
        app_version: str | None = None,
        clock_offset_ms: int | None = None,
        pulled_through: int | None = None,
        unsent: int | None = None,
        oldest_unsent_at: datetime | None = None,
    ) -> None:
        """Store the time of a device's request and what it reported about itself; what is None stays."""


class Changes(NamedTuple):
    """Documents after a cursor, whole positions only, as of one moment.

    Each row has `position`, `type`, `id`, `size` (bytes) and `entry` (JSON text). `more` says that the rows end before
    the moment's `through`.
    """

    rows: Sequence[Row]
    more: bool
    moment: Moment


class Holdings(Protocol):
    """What the devices of one technician must hold, all as of one moment."""

    @property
    def moment(self) -> Moment:
        """That moment."""

    def rows(self, after: int) -> Iterable[Row]:
        """`shared`, `type`, `id`, `position`, `hash` (None when gone) and `size` of all documents.

        Of what is gone, only what went after the position `after`.
        """

    def entries(self, names: Sequence[tuple[bool, str, str]]) -> Sequence[str]:
        """The entries (JSON text) of the documents with these names: whether shared, type and id; by position."""


class Documents(Protocol):
    """The ready documents of technicians, in their newest form."""

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """About `limit` documents of the technician's slice that changed after the position `after`; all without it."""

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        """The position of the documents as soon as something of the slice has changed after the position `after`.

        None after so many seconds without a change.
        """

    def holdings(self, technician: UUID) -> AbstractContextManager[Holdings]:
        """All of the technician's slice, to be read while the context is open."""


class Held(NamedTuple):
    """A held group of one device (or an operation alone): the versions of its texts, and when it was held."""

    device: UUID
    versions: tuple[int, ...]
    held_at: datetime


class Watermark(NamedTuple):
    """How far held operations have been searched: a position of the log, and the views' position then."""

    log: int
    views: int


class Found(NamedTuple):
    """Groups that may have to be decided now, and how far they were searched.

    `overdue` is the position up to which overdue ones were found, 0 when there are no further ones.
    """

    through: Watermark
    groups: Sequence[Held]
    overdue: int = 0


class Waiting(Protocol):
    """The held operations as the views know them; they may be behind the log."""

    def ripe(self, after: Watermark | None, held_before: datetime, overdue: int = 0) -> Found:
        """The groups that were held, or of whose needs one was settled, since `after`; without it, all such.

        And those that were held before `held_before`: when there are many, the next ones after the position
        `overdue`, so that repeated calls return all of them in turn.
        """
