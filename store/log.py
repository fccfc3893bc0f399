"""The event log: loads entities and commits their decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from random import uniform
from time import sleep
from typing import TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import PersistenceError, StoredEvent
from eventsourcing.utils import Environment

from domain.kernel.aggregate import Entity
from domain.kernel.envelope import Envelope
from domain.recording.answers import Answer, Appended, KeptText, Turn, UnrecordableError
from domain.recording.attempting import attempt
from domain.recording.backing import Change
from domain.recording.recorded import Recorded
from domain.recording.unit_of_work import Work
from store.errors import is_temporary, reason_of
from store.keyring import Keyring
from store.loading import Loader
from store.mapper import BodyMapper, NotRoundTrippingError
from store.master_keys import MasterKeyMissingError
from store.operation_texts import OperationTexts
from store.operations import Operations
from store.order_visits import AllVisits, visits_of
from store.persistence import Factory
from store.pool import ConnectionPool
from store.record import RecordReader
from store.recorder import Recorder
from store.signed_texts import SignedTexts, sealed_texts
from store.sites import owners_of
from store.snapshots import Snapshots
from store.unique_keys import UniqueKeys

E = TypeVar("E", bound=Entity)
T = TypeVar("T")

_JITTER_SECONDS = 0.005


class EventLog(Application[UUID]):
    """The log. Entities are loaded by id; their new events are committed in one call with their envelopes."""

    name = "callout"

    def __init__(self, pool: ConnectionPool, keyring: Keyring) -> None:
        self.pool = pool
        self.body_mapper = BodyMapper(keyring)
        self._factory = Factory.around(pool, self.body_mapper)
        super().__init__()
        self._recorder = Recorder(pool)
        self.reader = RecordReader(self.body_mapper)
        self._loader = Loader(pool, self.body_mapper)
        self.snapshots_of = Snapshots(pool, keyring)
        self.operations = Operations(pool)
        self._operation_texts = OperationTexts(pool)
        self.signed_texts = SignedTexts(pool, keyring, self.reader)
        self.unique_keys = UniqueKeys(pool)

    def construct_factory(self, env: Environment) -> Factory:  # noqa: ARG002 - the pool is given, not configured
        """The persistence factory; called by the library."""
        return self._factory

    def append(
        self,
        events: Sequence[DomainEventProtocol[UUID]],
        envelopes: Sequence[Envelope],
        answers: Sequence[Answer],
        turn: Turn | None,
        reads: Mapping[UUID, int] | None = None,
        *,
        changes: Sequence[Change] = (),
        visits: Mapping[UUID, int] | None = None,
    ) -> Appended:
        """Record everything in one transaction; see `Recorder.append` for the errors.

        Raises `UnrecordableError` for errors that would recur, as with texts sealed under a missing master key, and
        `KeyTaken` when a number or name that an event gives belongs to something else.
        """
        held = self.unique_keys.held_by(events, envelopes)
        if visits:
            changes = (AllVisits(visits), *changes)
        stored = [self._stored(event, envelope) for event, envelope in zip(events, envelopes, strict=True)]
        try:
            signed = sealed_texts(self.body_mapper.keyring, answers)
            return self._recorder.append(
                list(zip(stored, envelopes, strict=True)), answers, turn, reads, signed, changes=changes, held=held
            )
        except PersistenceError as error:
            if is_temporary(error) and not isinstance(error, MasterKeyMissingError):
                raise
            raise UnrecordableError(reason_of(error)) from error

    def visits_of(self, order: UUID) -> set[UUID]:
        """The ids of all visits that were ever planned for a work order."""
        return visits_of(self.pool, order)

    def owners_of(self, sites: Iterable[UUID]) -> dict[UUID, UUID]:
        """The customers whose sites these are, as far as there are such sites; one query for all."""
        return owners_of(self.pool, sites)

    def _stored(self, event: DomainEventProtocol[UUID], envelope: Envelope) -> StoredEvent:
        try:
            return self.body_mapper.to_stored_event(event)
        except (NotRoundTrippingError, MasterKeyMissingError) as error:
            cause = () if envelope.operation_id is None else (envelope.operation_id,)
            raise UnrecordableError(str(error), cause) from error

    def settled(self, entities: Iterable[Entity]) -> None:
        """Take the snapshots that are due of these recorded entities."""
        self.snapshots_of.take(entities)

    def work(self) -> Work:
        """A new unit of work."""
        return Work(self)

    def attempt(self, decide: Callable[[], T], retry_on: tuple[type[Exception], ...] = ()) -> T:
        """Run `decide` (load, decide, commit) again when a stream has moved on in between; see `attempt`."""
        return attempt(decide, retry_on, lambda: sleep(uniform(0, _JITTER_SECONDS)))  # noqa: S311 - dice, not a secret

    def load(self, streams: Iterable[UUID]) -> dict[UUID, Entity]:
        """The current entities of these streams, as far as they exist; one query for all.

        Raises `UnrecordableError` when personal texts of one are under a missing master key: then it cannot be decided
        about.
        """
        try:
            return self._loader.load(streams)
        except MasterKeyMissingError as error:
            raise UnrecordableError(str(error)) from error

    def held_or_quarantined(self, operation: UUID, position: int | None = None) -> list[Recorded]:
        """The events by which operations under this id were quarantined or held, oldest first; at most 100.

        With a `position` only the one that is recorded there.
        """
        return self.reader.read(self._operation_texts.of_operation(operation, position))

    def texts(self, device: UUID, versions: Collection[int]) -> list[KeptText]:
        """The events with these versions of a device's stream, by version, that hold the text of an operation."""
        found = self._operation_texts.of_device(device, versions)
        events = self.reader.read([record for record, _ in found])
        return [KeptText(event, content_hash) for event, (_, content_hash) in zip(events, found, strict=True)]

    def epoch(self) -> UUID:
        """The name of this log's life; a log restored from a backup gets a new one."""
        [(epoch,)] = self.pool.fetch_all("SELECT epoch FROM log.head")
        assert isinstance(epoch, UUID), "the head row has an epoch"
        return epoch

    def head(self) -> int:
        """The last position of the log, 0 while it is empty."""
        [(position,)] = self.pool.fetch_all("SELECT position FROM log.head")
        return int(position)

    def next_work_order_number(self) -> str:
        """A number for a new work order that no other has: readable, not gapless.

        A person may type the same one at this moment: add it to `Work.made`, and the commit makes another one.
        """
        [(number,)] = self.pool.execute("SELECT log.next_work_order_number()")
        return str(number)
