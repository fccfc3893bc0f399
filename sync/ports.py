"""What the protocol needs of the world: a log and ready documents; PostgreSQL for users, memory for simulation."""

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
    """What has been answered to whom."""

    def history(self, device: UUID, incarnation: int, ids: Sequence[UUID], numbers: Sequence[int]) -> Past:
        """The log's epoch, how far a device has been taken in, and all that is known of these ids and numbers of it."""

    def taken_in_before(self, device: UUID, incarnation: int) -> int:
        """How far a device had been taken in when this life of the log began; 0 where nobody noted it."""

    def recorded_by(self, operation: UUID, technician: UUID) -> list[tuple[UUID, str]]:
        """The streams and topics of what an operation of one of this technician's devices has recorded."""

    def come(self, operations: Collection[UUID]) -> set[UUID]:
        """Those of these operations that have come: recorded, refused or decided about, not held or in quarantine."""

    def readings(self, positions: Collection[int]) -> Readings:
        """When these positions were recorded, as far as there are such, and since when the log has them."""

    def neighbours(self, device: UUID, incarnation: int, first: int, end: int) -> list[Neighbour]:
        """The operations of a device with numbers from `first` on and below `end`, by number, that recorded something.

        With the instants that were used for them.
        """

    def held(self, operations: Collection[UUID]) -> dict[UUID, int]:
        """Those of these operations that are held now, each with the position at which it began to wait."""


class Log(Protocol):
    """The one log, as a sync server works with it."""

    @property
    def operations(self) -> Operations:
        """What has been answered to whom."""

    def work(self) -> Work:
        """A new unit of work: what is loaded, decided and committed together."""

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide` again when a stream has moved on meanwhile, or on these exceptions; not for ever."""

    def put_aside(self, operation: UUID, position: int | None = None) -> list[Recorded]:
        """How operations under this id came to be quarantined or held, the oldest first; 100 at most.

        With a `position` only the one that is recorded there.
        """

    def texts(self, device: UUID, versions: Collection[int]) -> list[KeptText]:
        """The events with these versions of a device's stream, by version, that hold the text of an operation."""


class Standings(Protocol):
    """What is remembered of devices beside the log."""

    def saw(
        self,
        device: UUID,
        *,
        app_version: str | None = None,
        clock_offset_ms: int | None = None,
        pulled_through: int | None = None,
        unsent: int | None = None,
        oldest_unsent_at: datetime | None = None,
    ) -> None:
        """A device was here and told these things about itself; what it did not tell stays."""


class Changes(NamedTuple):
    """Documents behind a cursor, whole positions only, as of one moment.

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

        Of what is gone, only what went behind `after`.
        """

    def entries(self, names: Sequence[tuple[bool, str, str]]) -> Sequence[str]:
        """The entries (JSON text) of the documents with these names: whether shared, type and id; by position."""


class Documents(Protocol):
    """The ready documents of technicians, as they stand."""

    def changes(self, technician: UUID, after: int | None, limit: int) -> Changes:
        """About `limit` documents of the technician's slice that changed behind `after`; all without it."""

    def wait(self, technician: UUID, after: int, seconds: float) -> int | None:
        """The position that the documents have come to, as soon as something of the slice has changed behind `after`.

        None after so many seconds without.
        """

    def holdings(self, technician: UUID) -> AbstractContextManager[Holdings]:
        """All of the technician's slice, to be read while the context is open."""


class Held(NamedTuple):
    """A group of one device that waits (or an operation alone): the versions of its texts, and since when it waits."""

    device: UUID
    versions: tuple[int, ...]
    held_at: datetime


class Looked(NamedTuple):
    """How far somebody has looked for what comes: the last position of the log, and that of the views."""

    log: int
    views: int


class Found(NamedTuple):
    """What may have to be decided now, and how far it was looked for.

    `overdue` is the position up to which those were found that wait for too long, 0 when there are none behind.
    """

    through: Looked
    groups: Sequence[Held]
    overdue: int = 0


class Waiting(Protocol):
    """The operations that wait, as the views know them; they may be behind the log."""

    def ripe(self, after: Looked | None, held_before: datetime, overdue: int = 0) -> Found:
        """The groups that were held, or of whose needs one has come, since then; without it, all such.

        And those that wait since `held_before` or longer: when there are many, the next ones behind the position
        `overdue`, so that whoever asks again and again hears of all of them in turn.
        """
